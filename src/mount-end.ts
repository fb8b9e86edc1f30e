import { ERRNO } from './base/errno.js'
import { errnoOf } from './base/errors.js'
import type { Guardian } from './kernel/guardian.js'
import type { FuseMount } from './kernel/mount-fuse.js'
import type { UnmountOptions } from './kernel/unmount.js'

/* How a mount ends, and who hears of it. */

/** What is the same of every mount. @param ended settles when nobody serves it any more */
export function mountedAs(made: FuseMount, ended: Promise<void>, guardian: Guardian) {
  const { mountpoint, how, reason, connection, unmount } = made
  let isForced = false
  const closed = ended.catch((error: unknown) => {
    // To whoever asked for it, the end of the connection is no error.
    if (!isForced || errnoOf(error) !== ERRNO.ECONNABORTED) throw error
  })
  // Whoever awaits it hears of it; nobody has to. A mount whose connection was aborted is still there, and dead: then the
  // guardian stays, and takes it away in the end.
  closed.then(guardian.stop, () => undefined)
  const leave = (options?: UnmountOptions) => {
    isForced ||= options?.mode === 'force'
    return unmount(options)
  }
  return {
    mountpoint,
    how,
    reason,
    connection,
    guardian: guardian.status,
    closed,
    unmount: leave,
    [Symbol.asyncDispose]: () => leave(),
  }
}

/** What of a mount ends. */
interface Ending {
  readonly closed: Promise<void>
  unmount(this: void, options?: UnmountOptions): Promise<void>
}

/** From now on: programs may use the mount, and send a signal, before the promise of it has resolved. */
export function unmountOnSignals(mounting: Promise<Ending>, signals: readonly NodeJS.Signals[]): void {
  if (signals.length === 0) return
  const leave = () => {
    mounting
      .then(({ unmount }) => unmount().catch(() => unmount({ mode: 'lazy' })))
      .catch((error: unknown) => printError(error, 'unmount'))
  }
  for (const signal of signals) process.on(signal, leave)
  const forget = () => {
    for (const signal of signals) process.off(signal, leave)
  }
  mounting.then(({ closed }) => closed).then(forget, forget)
}

/** Where nobody else was to hear of it. */
export function printError(error: unknown, request: string): void {
  console.error(`fusewire: ${request}:`, error)
}
