import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { abortConnection } from '#src/kernel/fusectl.js'
import { connectionNumber, isFuse, readMounts } from '#src/kernel/mountinfo.js'
import { MNT } from '#src/sys/constants.js'
import { umountSync } from '#src/sys/mount.js'

const READY_MS = 15_000

/** The servers of one run, each in a process of its own, and their mount points in one private directory. */
export class Servers implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'fusewire-bench-'))
  private readonly processes: ChildProcess[] = []

  private readonly cpu: string | undefined

  /** @param cpu the only one that they may use */
  constructor(cpu?: string) {
    this.cpu = cpu
    // However the run ends: nothing below waits for anybody.
    process.once('exit', this.dispose)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  }

  /** Starts a program in C. @returns its mount point */
  startC(program: string, args: readonly string[], name: string): Promise<string> {
    return this.start(name, (path) => spawn(program, [...args, path], { stdio: ['ignore', 'inherit', 'inherit'] }))
  }

  /** Starts the server in TypeScript. */
  startNode(args: readonly string[], name: string): Promise<string> {
    const module = fileURLToPath(new URL('server.js', import.meta.url))
    return this.start(name, (path) => fork(module, [path, ...args], { stdio: ['ignore', 2, 'inherit', 'ipc'] }))
  }

  /** Starts what `launch` starts, and waits until something is mounted at the path that it is given. */
  async start(name: string, launch: (path: string) => ChildProcess): Promise<string> {
    const path = join(this.directory, name)
    mkdirSync(path)
    const child = launch(path)
    this.processes.push(child)
    for (const end = performance.now() + READY_MS; ; await sleep(20)) {
      if (mountsIn(path).length > 0) {
        if (this.cpu !== undefined) spawnSync('taskset', ['-a', '-p', '-c', this.cpu, String(child.pid)])
        return path
      }
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before it was mounted`)
      if (performance.now() > end) throw new Error(`${name} has not mounted within ${READY_MS} ms`)
    }
  }

  /** Ends all of them and takes their mounts away, whatever state they are in. */
  readonly dispose = (): void => {
    process.off('exit', this.dispose)
    for (const child of this.processes) child.kill('SIGKILL')
    for (const entry of mountsIn(this.directory)) {
      try {
        if (isFuse(entry)) abortConnection(connectionNumber(entry))
        umountSync(entry.mountpoint, MNT.DETACH)
      } catch {
        // The guardian of the server was faster.
      }
    }
    rmSync(this.directory, { recursive: true, force: true })
  };

  [Symbol.dispose](): void {
    this.dispose()
  }
}

function mountsIn(directory: string) {
  return readMounts().filter(({ mountpoint }) => mountpoint === directory || mountpoint.startsWith(`${directory}/`))
}
