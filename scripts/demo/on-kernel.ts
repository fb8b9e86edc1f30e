import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fusewire } from './command.js'
import { orError, type Source, type Stage, type View } from './stage.js'

/** How long a server may take to start, and to end, in ms. */
const LIMIT_MS = 20_000

/** A directory that is mounted twice, each time by a process of its own. */
export async function stageOnKernel(): Promise<Stage> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'fusewire-demo-'))
  const paths = { source: join(directory, 'source'), told: join(directory, 'mnt'), untold: join(directory, 'untold') }
  for (const path of Object.values(paths)) fs.mkdirSync(path)
  const servers: ChildProcess[] = []
  const end = async () => {
    for (const server of servers) await stop(server)
    for (const path of [paths.told, paths.untold]) if (isMounted(path)) fusewire('umount', '--force', path)
    fs.rmSync(directory, { recursive: true, force: true })
    if (isMounted(directory)) throw new Error(`${directory}: something is still mounted there`)
  }
  try {
    servers.push(await start(paths.source, paths.told, 'push'))
    servers.push(await start(paths.source, paths.untold, 'untold'))
  } catch (error) {
    await end()
    throw error
  }
  const how = `fusewire mount ${paths.source} ${paths.told}`
  return { how, source: sourceAt(paths.source), told: viewAt(paths.told), untold: viewAt(paths.untold), end }
}

async function start(source: string, mountpoint: string, how: 'push' | 'untold'): Promise<ChildProcess> {
  const server = fork(new URL('./server.js', import.meta.url), [source, mountpoint, how])
  const late = sleep(LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${mountpoint} was not mounted within ${LIMIT_MS / 1000} s`)
  })
  const ended = once(server, 'exit').then(() => {
    throw new Error(`the server of ${mountpoint} ended before it was mounted`)
  })
  await Promise.race([once(server, 'message'), late, ended])
  ended.catch(() => undefined)
  return server
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGTERM')
  const isLate = await Promise.race([exited.then(() => false), sleep(LIMIT_MS, true, { ref: false })])
  if (!isLate) return
  server.kill('SIGKILL')
  await exited
}

function sourceAt(root: string): Source {
  return {
    write: (path, text) => fs.writeFileSync(join(root, path), text),
    append: (path, text) => fs.appendFileSync(join(root, path), text),
    rename: (from, to) => fs.renameSync(join(root, from), join(root, to)),
    remove: (path) => fs.unlinkSync(join(root, path)),
  }
}

/** With plain system calls, as any program makes them. */
function viewAt(root: string): View {
  return {
    read: (path) => orError(() => fs.readFileSync(join(root, path), 'utf8')),
    size: (path) => orError(() => String(fs.statSync(join(root, path)).size)),
    list: () => orError(() => fs.readdirSync(root).toSorted().join(' ')),
  }
}

function isMounted(path: string): boolean {
  return fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(path)
}
