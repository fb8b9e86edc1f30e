import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, mkdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GuardianStatus } from '#src/kernel/guardian.js'
import { connectionNumber, findMount } from '#src/kernel/mountinfo.js'
import { free } from './free.js'
import { blockedThreads, stateOf, threadsOf, until } from './processes.js'

/*
 * A mount in the worst state: a reader, a lookup and a chmod wait for answers that never come, and a notification waits in
 * the kernel for one of them. The server is test/kernel/servers/wedge.ts.
 */

export interface WedgeOptions {
  readonly notification: 'INVAL_INODE' | 'STORE' | 'INVAL_ENTRY' | 'DELETE'
  readonly lane: 'io_uring' | 'threads'
  readonly guardian: boolean
  /** As whom server and clients run. @default as this process */
  readonly uid?: number
}

/** A way to die: a signal, or what the server does when it is told so. */
export type Death = 'SIGKILL' | 'SIGTERM' | 'exit' | 'abort'

/** A {@link startWedge} that has got so far. */
export interface Wedge {
  readonly path: string
  readonly connection: number
  readonly server: ChildProcess
  readonly guardian: GuardianStatus
  readonly clients: readonly Client[]
}

interface Client {
  readonly name: string
  readonly process: ChildProcess
  readonly ended: Promise<unknown>
}

/** Does `clean` when it is over, whatever came of it; a test's context is one. */
export interface Scope {
  after(clean: () => Promise<void> | void): void
}

/** Mounts. Nothing waits yet. */
export async function startWedge(scope: Scope, options: WedgeOptions): Promise<Wedge> {
  const parent = mkdtempSync(join(tmpdir(), 'fusewire-wedge-'))
  const path = join(parent, 'mnt %40 x')
  mkdirSync(path)
  const owner = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }
  if (options.uid !== undefined) for (const each of [parent, path]) chownSync(each, options.uid, options.uid)
  const server = fork(new URL('../kernel/servers/wedge.js', import.meta.url), [JSON.stringify({ path, ...options })], {
    ...owner,
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  })
  const clients: Client[] = []
  scope.after(async () => {
    server.kill('SIGKILL')
    free(path)
    for (const { process } of clients) process.kill('SIGKILL')
    await Promise.all(clients.map(({ ended }) => ended))
    await until(() => threadsOf(server.pid!).length === 0, 'the server is gone')
    for (const directory of [path, parent]) rmdirSync(directory)
  })
  const [{ ready }] = (await once(server, 'message')) as [{ ready: GuardianStatus }]
  const connection = connectionNumber(findMount(path)!)
  return { path, connection, server, guardian: ready, clients }
}

/** Lets clients and a notification wait for one another; returns once they do. */
export async function jam(wedge: Wedge, options: WedgeOptions): Promise<void> {
  const { server, path } = wedge
  const owner = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }
  const start = async (request: string, program: string, ...args: string[]) => {
    const held = new Promise<void>((resolve) => {
      server.on('message', (said) => said === request && resolve())
    })
    const child = spawn(program, args, { ...owner, stdio: 'ignore', env: { ...process.env, LC_ALL: 'C' } })
    const client = { name: request, process: child, ended: once(child, 'exit') }
    ;(wedge.clients as Client[]).push(client)
    await held
  }
  await start('READ', 'cat', join(path, 'file'))
  await start('SETATTR', 'chmod', '600', join(path, 'other'))
  await start('LOOKUP', 'stat', join(path, 'directory/absent'))
  server.send('notify')
  // A thread may wait for a disk for a moment; this one waits each time one looks.
  let looks = 0
  await until(() => (looks = blockedThreads(server.pid!).length > 0 ? looks + 1 : 0) === 5, 'a notification waits')
}

export function die({ server }: Wedge, death: Death): void {
  if (death === 'exit' || death === 'abort') server.send(death)
  else server.kill(death)
}

/** How long until nothing is left of the wedge, in ms: no server, no client that waits, no mount. @throws after `limitMs` */
export async function freed({ server, clients, path }: Wedge, limitMs: number): Promise<number> {
  const began = performance.now()
  const left = () => [
    ...threadsOf(server.pid!).map((thread) => `server thread ${thread} in ${stateOf(server.pid!, thread)}`),
    ...clients.filter(({ process }) => isRunning(process)).map(({ name }) => `the client of ${name}`),
    ...(findMount(path) === undefined ? [] : ['the mount']),
  ]
  await until(
    () => left().length === 0,
    () => `free of ${left().join(', ')}`,
    limitMs,
  )
  return performance.now() - began
}

export function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
