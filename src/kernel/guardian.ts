import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, closeSync, constants, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import { openConnection } from './fusectl.js'
import { GUARDIAN_SCRIPT } from './guardian-script.js'
import { mayMount } from './privilege.js'

/** Whether somebody watches over a mount. It stays up to date. */
export interface GuardianStatus {
  readonly state: 'on' | 'off'
  /** Of the guardian's process; undefined if it is off. */
  readonly pid: number | undefined
  /** What it is, or why there is none. */
  readonly reason: string
}

/** What a {@link Guardian} watches over. */
export interface GuardianTarget {
  /** The number under which fusectl knows the connection; undefined if nobody has told us. */
  readonly connection: number | undefined
  /** Whether the mount is to be taken away when the server has died; false if somebody else has mounted it. @default true */
  readonly unmounts?: boolean
}

/** A process that outlives the server. See {@link startGuardian}. */
export interface Guardian {
  readonly status: GuardianStatus
  /** It ends at once, and does nothing. To be called when the mount is gone, or when another process takes over. */
  stop(this: void): void
}

/**
 * Starts a small process that ends the connection and takes the mount away once this process has died, or is dying and
 * cannot: a thread that waits in the kernel for the answer to a request keeps a killed server, its device and so all users
 * of the mount waiting for ever.
 *
 * It is a shell (2 MB, a wake-up a second), in a session of its own, deaf to all signals but SIGKILL, and holds nothing of
 * the server: not the device, not its streams, not its directory. It does nothing to any other connection, whatever its
 * number, and ends within a second after the connection has. It cannot help if it is killed as well, as a container is, or
 * a unit of systemd in the end: then `fusewire abort` frees the mount from outside.
 *
 * Never throws: where there is no shell, no fusectl or no right to it, the status says why there is no guardian.
 */
export function startGuardian({ connection, unmounts = true }: GuardianTarget): Guardian {
  if (connection === undefined)
    return noGuardian('the kernel does not tell which connection this is (before Linux 6.16)')
  if (!procShowsUs()) return noGuardian('/proc does not show the processes of this pid namespace')
  const shell = findShell()
  if (shell === undefined) return noGuardian('there is no shell: install bash')
  let files: readonly number[]
  try {
    files = openConnection(connection)
  } catch (error) {
    return noGuardian(error instanceof Error ? error.message : String(error))
  }
  const device = unmounts ? `${Math.floor(connection / 0x10_0000)}:${connection % 0x10_0000}` : ''
  const umount = mayMount() ? ['umount', '-l', '--'] : ['fusermount3', '-u', '-z', '--']
  try {
    const { BASH_ENV: _bash, ENV: _sh, ...env } = process.env
    const child = spawn(shell, ['-s', 'fusewire-guardian', String(process.pid), device, ...umount], {
      detached: true,
      cwd: '/',
      env: { ...env, LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'ignore', ...files],
    })
    // Why it is not there is told later, by an event that somebody must listen to.
    if (child.pid !== undefined) return new GuardianProcess(child, shell)
    child.on('error', () => undefined)
    return noGuardian(`${shell} could not be started`)
  } finally {
    for (const file of files) closeSync(file)
  }
}

class GuardianProcess implements Guardian {
  readonly status: { state: 'on' | 'off'; pid: number | undefined; reason: string }
  private readonly pipe: Socket

  constructor(child: ChildProcess, shell: string) {
    this.status = { state: 'on', pid: child.pid, reason: `${shell} watches this process` }
    child.on('exit', (code, signal) => this.off(reasonOf(shell, code, signal)))
    this.pipe = child.stdin as Socket
    // It may be gone when it is told something.
    this.pipe.on('error', () => undefined)
    this.pipe.write(GUARDIAN_SCRIPT)
    this.pipe.unref()
    child.unref()
    listenToExit(this.exiting)
  }

  readonly stop = (): void => {
    if (this.status.state === 'off') return
    this.off('it was stopped')
    this.pipe.end('stop\n')
  }

  /** Node joins its workers at exit, and one that is blocked never ends: the guardian must not wait for this process. */
  private readonly exiting = (): void => {
    this.pipe.write('exiting\n')
  }

  private off(reason: string): void {
    if (this.status.state === 'off') return
    Object.assign(this.status, { state: 'off', pid: undefined, reason })
    stopListening(this.exiting)
  }
}

function reasonOf(shell: string, code: number | null, signal: NodeJS.Signals | null): string {
  if (code === 0) return 'the connection has ended'
  if (code === 2) return `${shell} has no 'read -t': install bash`
  return `${shell} has ended (${signal ?? `status ${code}`})`
}

/** Nobody watches, for this reason. */
export function noGuardian(reason: string): Guardian {
  return { status: { state: 'off', pid: undefined, reason }, stop: () => undefined }
}

/** In a pid namespace with another one's /proc, our number there is somebody else. */
function procShowsUs(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid)
  } catch {
    return false
  }
}

/** Bash, or what is called sh: busybox's will do, dash will not. */
function findShell(): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory.startsWith('/'))
  const candidates = [...directories.map((directory) => join(directory, 'bash')), '/bin/bash', '/bin/sh']
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** One listener for each mount is no leak, however many there are: Node must not warn of them. */
function listenToExit(listener: () => void): void {
  const limit = process.getMaxListeners()
  if (limit > 0) process.setMaxListeners(limit + 1)
  process.on('exit', listener)
}

function stopListening(listener: () => void): void {
  process.off('exit', listener)
  const limit = process.getMaxListeners()
  if (limit > 1) process.setMaxListeners(limit - 1)
}
