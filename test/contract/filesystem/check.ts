/** The words in which checks are written. */
import { PosixError } from '../../helpers/posix.js'
import type { Context } from './context.js'
import type { Trait } from './traits.js'

export interface CheckOptions {
  /** Who must run it: `root` for what takes privileges, `user` for what privileges would hide. */
  readonly needs?: 'root' | 'user'
  /** Traits without which the check makes no sense. */
  readonly traits?: readonly Trait[]
  /** How long it may take on a slow target. @default 15000 */
  readonly limitMs?: number
}

export interface Check extends CheckOptions {
  readonly name: string
  readonly run: (t: Context) => void | Promise<void>
}

/** Checks that share a subject; each group runs in a process of its own. */
export interface Group {
  readonly name: string
  readonly checks: readonly Check[]
}

export const DEFAULT_LIMIT_MS = 15_000

type Run = Check['run']

export function check(name: string, run: Run): Check
export function check(name: string, options: CheckOptions, run: Run): Check
export function check(name: string, second: CheckOptions | Run, third?: Run): Check {
  if (typeof second === 'function') return { name, run: second }
  return { ...second, name, run: third! }
}

export function group(name: string, checks: readonly Check[]): Group {
  const seen = new Set<string>()
  for (const { name: checkName } of checks) {
    if (seen.has(checkName)) throw new Error(`two checks in ${name} are called "${checkName}"`)
    seen.add(checkName)
  }
  return { name, checks }
}

/** The call fails with this errno, or one of these. */
export function fails(codes: string | readonly string[], call: () => unknown): void {
  let result: unknown
  try {
    result = call()
  } catch (error) {
    expectCode(codes, error)
    return
  }
  throw new Error(`expected ${[codes].flat().join(' or ')}, but the call succeeded (${typeof result})`)
}

/** {@link fails} for a call in another process. */
export async function rejects(codes: string | readonly string[], call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    expectCode(codes, error)
    return
  }
  throw new Error(`expected ${[codes].flat().join(' or ')}, but the call succeeded`)
}

function expectCode(codes: string | readonly string[], error: unknown): void {
  const code = error instanceof PosixError ? error.code : undefined
  if (code !== undefined && [codes].flat().includes(code)) return
  throw new Error(`expected ${[codes].flat().join(' or ')}, got ${String(error)}`, { cause: error })
}
