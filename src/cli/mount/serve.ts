import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { mount, MountError, SystemError, UnsupportedError, type CacheMode, type Mount } from '../../index.js'
import { EXIT } from '../exit-codes.js'
import { CommandError } from '../failure.js'
import { cacheLine } from './cache.js'
import type { MountPlan } from './plan.js'
import { reportOnSignal } from './report.js'
import type { SignalStop } from './signals.js'
import { parseSource } from './source.js'
import { TraceLog } from './trace-log.js'

/** How long a new mount may take to answer, in ms. */
const ANSWER_MS = 10_000

/** Who has ordered a mount. */
export interface Customer {
  readonly signals: SignalStop
  /** It answers. @param cache how it is cached, and why, in one line */
  ready(this: void, mounted: Mount, cache: string): void
  /** Somebody asked by a signal what it is doing; in some lines, or in one of JSON. */
  report(this: void, text: string): void
  /** Something is wrong, and the mount goes on; in one line, or with a stack trace for a fault of the filesystem. */
  say(this: void, text: string): void
}

/** Mounts what `plan` says and serves it until it is unmounted. Returns the exit code. */
export async function serve(plan: MountPlan, { signals, ready, report, say }: Customer): Promise<number> {
  const trace = plan.trace === undefined ? undefined : new TraceLog(plan.trace)
  const attempt = (cache: CacheMode | undefined) => {
    const { fs, options } = parseSource(plan.source).open(plan.mountpoint, plan.threads)
    return mount(fs, plan.mountpoint, {
      ...plan.options,
      ...options,
      ...(cache !== undefined && { cache }),
      ...(trace !== undefined && { onMessage: trace.write }),
      control: true,
      onError: (error, request) => say(`${request}: ${inFull(error)}`),
      onStall: ({ message }) => say(message),
    })
  }
  const { mode, otherwise, reason } = plan.cache
  let cache = cacheLine(mode, reason)
  const mounted = await attempt(mode).catch((error: unknown) => {
    if (otherwise === undefined || !(error instanceof UnsupportedError)) throw error
    cache = cacheLine(otherwise, error.message)
    return attempt(otherwise)
  })
  signals.watch(mounted)
  reportOnSignal(mounted, plan.json, report)
  try {
    const ended = mounted.closed.then((): number => (signals.isForced ? EXIT.FORCED : EXIT.OK))
    const forced = signals.forced.then(() => EXIT.FORCED as number)
    // A fault of the filesystem ends the process; it must not leave a dead mount behind.
    const fault = new Promise<never>((_resolve, reject) => process.once('uncaughtException', reject))
    const early = await Promise.race([ended, forced, fault, answers(mounted)])
    if (early !== undefined) return early
    ready(mounted, cache)
    return await Promise.race([ended, forced, fault])
  } catch (error) {
    await clear(mounted)
    if (!(error instanceof SystemError)) throw error
    const problem = `${mounted.mountpoint}: the connection has ended: ${error.message}`
    throw new CommandError(problem, EXIT.FAILED, { cause: error })
  } finally {
    await trace?.close()
  }
}

/** Rejects if the mount does not answer. Asked by a thread of the pool, for this one has to answer. */
async function answers({ mountpoint }: Mount): Promise<undefined> {
  const late = sleep(ANSWER_MS, 'late' as const, { ref: false })
  try {
    if ((await Promise.race([stat(mountpoint), late])) !== 'late') return undefined
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new CommandError(`${mountpoint}: the filesystem does not answer: ${problem}`, EXIT.FAILED, { cause: error })
  }
  throw new CommandError(`${mountpoint}: the filesystem does not answer within ${ANSWER_MS / 1000} s`)
}

/** Takes a mount out of sight that is dead, or will be when this process has ended. */
async function clear(mounted: Mount): Promise<void> {
  try {
    await mounted.unmount({ mode: 'lazy' })
  } catch (error) {
    if (!(error instanceof MountError)) throw error
  }
}

function inFull(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
