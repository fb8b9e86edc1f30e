import { isMainThread } from 'node:worker_threads'
import { UnsupportedError } from '../base/errors.js'
import { libuvLoop } from '../sys/libuv.js'
import { LoopEntry } from '../sys/loop-entry.js'
import { workerLoop } from '../sys/worker-loop.js'
import { PlainLoop } from './device-plain-loop.js'
import { Reactor } from './device-reactor.js'
import type { Loop } from './device-source.js'

/** How a thread waits for requests. */
export type LoopKind = 'reactor' | 'plain'

/** Which loop a thread has, and why. */
export interface ChosenLoop {
  readonly kind: LoopKind
  readonly reason: string
  readonly loop: Loop
}

/**
 * The loop for this thread.
 *
 * @throws UnsupportedError if `wish` is `reactor`, and there cannot be one
 */
export async function chooseLoop(wish: 'auto' | LoopKind = 'auto'): Promise<ChosenLoop> {
  if (wish === 'plain') return { kind: 'plain', reason: 'as asked for', loop: new PlainLoop() }
  const entry = new LoopEntry()
  const access = isMainThread ? libuvLoop() : await workerLoop(entry)
  if (access.available) {
    const reason = wish === 'reactor' ? 'as asked for' : "this thread's event loop can be waited for from outside"
    return { kind: 'reactor', reason, loop: new Reactor(access, entry) }
  }
  entry.close()
  if (wish === 'reactor') {
    throw new UnsupportedError(`the reactor cannot work here: ${access.reason}; leave the option loop out`)
  }
  return { kind: 'plain', reason: access.reason, loop: new PlainLoop() }
}
