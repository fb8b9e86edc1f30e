import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { FuseWireError, mount, type FileSystem, type Mount, type MountOptions } from 'fusewire'

/* What all examples have in common: a command line, a mount, and an end. */

type Options = NonNullable<ParseArgsConfig['options']>
type Value = string | boolean | undefined

/** The command line of an example. */
export interface CommandLine {
  readonly mountpoint: string
  /** The options by name, as they were written. */
  readonly values: Readonly<Record<string, Value>>
  /** A number of seconds, such as `0.5`, as milliseconds. */
  readonly ms: (name: string, byDefaultMs: number) => number
}

const DETACHED = 'FUSEWIRE_EXAMPLE_DETACHED'

/**
 * Reads the command line: MOUNTPOINT, `-f` (stay in the foreground), and the options of the example. Prints one line and
 * exits with 2 if it makes no sense.
 */
export function commandLine(options: Options = {}): CommandLine {
  try {
    const foreground = { foreground: { type: 'boolean', short: 'f' } } as const
    const { values, positionals } = parseArgs({ options: { ...options, ...foreground }, allowPositionals: true })
    const [mountpoint] = positionals
    if (mountpoint === undefined || positionals.length > 1) throw new Error('give one mount point')
    const named = values as Readonly<Record<string, Value>>
    return { mountpoint, values: named, ms: (name, byDefaultMs) => milliseconds(name, named[name], byDefaultMs) }
  } catch (error) {
    return fail(2, `${error instanceof Error ? error.message : String(error)} [-f] [OPTIONS] MOUNTPOINT`)
  }
}

/**
 * Mounts, calls `started` with the mount, and resolves when it is unmounted: by SIGINT, SIGTERM, or somebody else. Without
 * `-f` the work goes on in a process of its own, and this one ends once the mount is there.
 */
export async function run(
  fs: FileSystem,
  { mountpoint, values }: CommandLine,
  options: MountOptions = {},
  started?: (mounted: Mount) => void,
): Promise<void> {
  if (values['foreground'] !== true && process.env[DETACHED] === undefined) return detach(mountpoint)
  try {
    const mounted = await mount(fs, mountpoint, { unmountOn: ['SIGINT', 'SIGTERM'], ...options })
    started?.(mounted)
    await mounted.closed
  } catch (error) {
    fail(1, error instanceof FuseWireError ? error.message : String(error))
  }
  // Timers of the example may still be there.
  process.exit()
}

async function detach(mountpoint: string): Promise<void> {
  const env = { ...process.env, [DETACHED]: '1' }
  const child = spawn(process.execPath, process.argv.slice(1), { env, detached: true, stdio: 'inherit' })
  child.unref()
  const before = statSync(mountpoint).dev
  while (child.exitCode === null) {
    if (statSync(mountpoint).dev !== before) return
    await sleep(20)
  }
  process.exitCode = child.exitCode
}

function milliseconds(name: string, value: Value, byDefaultMs: number): number {
  if (value === undefined) return byDefaultMs
  const seconds = Number(value)
  if (typeof value !== 'string' || value === '' || !(seconds > 0)) fail(2, `--${name} needs a number of seconds`)
  return seconds * 1000
}

function fail(code: number, message: string): never {
  console.error(message)
  process.exit(code)
}
