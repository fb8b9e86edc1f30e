import type { Task } from '../task.js'
import { wrongType } from './argument-errors.js'

/** Thrown where a `signal` ended a call; `cause` is the signal's reason. */
export class AbortError extends Error {
  static {
    this.prototype.name = 'AbortError'
  }

  readonly code = 'ABORT_ERR'

  constructor(signal: AbortSignal) {
    super('The operation was aborted', { cause: signal.reason })
  }
}

/** @throws AbortError */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError(signal)
}

/**
 * Runs a call that `signal` may end: between requests, and with INTERRUPT for one that is under way, as in the kernel.
 * @throws AbortError, TypeError ERR_INVALID_ARG_TYPE for what is no signal
 */
export async function abortable<T>(
  task: Task,
  signal: AbortSignal | undefined,
  run: (task: Task) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return run(task)
  if (typeof signal !== 'object' || signal === null || !('aborted' in signal))
    throw wrongType('options.signal', 'an AbortSignal', signal)
  checkAborted(signal)
  const either = task.signal === undefined ? signal : AbortSignal.any([task.signal, signal])
  try {
    return await run({ ...task, signal: either })
  } catch (error) {
    checkAborted(signal)
    throw error
  }
}
