import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { abortConnection } from '#src/kernel/fusectl.js'
import { connectionNumber, isFuse, readMounts, type MountEntry } from '#src/kernel/mountinfo.js'
import { MNT } from '#src/sys/constants.js'
import { umountSync } from '#src/sys/mount.js'

/* Runs the command `fusewire`, as it was built, in processes of its own. */

export const FUSEWIRE = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

/** No run of the command takes longer, in ms. */
const LIMIT_MS = 20_000

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  /** Another user, whose group has the same number. */
  readonly user?: number
  readonly env?: NodeJS.ProcessEnv
}

/** Runs `program` and waits until it has ended; it is killed when that takes too long. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { cwd, user, env } = options
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    ...(cwd !== undefined && { cwd }),
    ...(user !== undefined && { uid: user, gid: user }),
    ...(env !== undefined && { env: { ...process.env, ...env } }),
  })
  const output = collect(child)
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, ...output }
}

/** Runs `fusewire` with `args`. */
export function fusewire(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return run(process.execPath, [FUSEWIRE, ...args], options)
}

/** A private place for a mount; what is mounted there is gone when test `t` ends. */
export interface Place {
  readonly root: string
  /** A directory with a file `hello`. */
  readonly source: string
  /** An empty directory. */
  readonly mountpoint: string
}

export function place(t: TestContext): Place {
  const root = mkdtempSync(join(tmpdir(), 'fusewire-cli-'))
  const [source, mountpoint] = [join(root, 'source'), join(root, 'mnt')]
  mkdirSync(source)
  mkdirSync(mountpoint)
  writeFileSync(join(source, 'hello'), 'hello from the source\n')
  t.after(() => {
    for (const entry of readMounts().filter((entry) => entry.mountpoint.startsWith(root))) detach(entry)
    rmSync(root, { recursive: true, force: true })
  })
  return { root, source, mountpoint }
}

function detach(entry: MountEntry): void {
  try {
    if (isFuse(entry)) abortConnection(connectionNumber(entry))
    umountSync(entry.mountpoint, MNT.DETACH)
  } catch (error) {
    // Its server, which saw that its connection ended, was faster.
    if (readMounts().some(({ id }) => id === entry.id)) throw error
  }
}

/** What is mounted at `path`, if anything is. */
export function mountAt(path: string): MountEntry | undefined {
  return readMounts().findLast(({ mountpoint }) => mountpoint === path)
}

/** `fusewire mount` in the foreground, that is ready. */
export interface Serving {
  readonly child: ChildProcess
  /** The line that said so. */
  readonly line: string
  /** What it has written since. */
  readonly output: { readonly stderr: string }
  /** Waits until it has ended, and returns its exit code, or the signal that killed it. */
  readonly ended: () => Promise<number | string>
  /** Waits until standard error holds `text`. */
  readonly says: (text: string) => Promise<void>
}

/** Starts `fusewire mount` with `args`, and waits until it says that it is ready. Killed when test `t` ends. */
export async function serving(
  t: TestContext,
  args: readonly string[],
  options: Omit<RunOptions, 'user'> = {},
): Promise<Serving> {
  const { cwd, env } = options
  const child = spawn(process.execPath, [FUSEWIRE, 'mount', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env: { ...process.env, ...env } }),
  })
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const output = collect(child)
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line') as Promise<[string]>, exited.then(() => undefined)])
  if (first === undefined) throw new Error(`fusewire mount ended before it was ready: ${output.stderr}`)
  const ended = async () => {
    const [status, signal] = await exited
    return signal ?? status!
  }
  const says = async (text: string) => {
    const end = Date.now() + LIMIT_MS
    while (!output.stderr.includes(text) && !output.stdout.includes(text)) {
      if (Date.now() > end) throw new Error(`it never said '${text}', but: ${output.stderr}`)
      await sleep(10)
    }
  }
  return { child, line: first[0], output, ended, says }
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + LIMIT_MS
  while (!condition()) {
    if (Date.now() > end) throw new Error(`it never came to be that ${what}`)
    await sleep(10)
  }
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return output
}
