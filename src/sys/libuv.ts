import { readlinkSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { libc } from './libc.js'

/** libuv's loop of a thread, as far as somebody who waits in its place must know it. */
export interface LoopAccess {
  readonly available: true
  /** Whether {@link timeoutMs} is what libuv itself says, and not an estimate. */
  readonly exact: boolean
  /**
   * libuv's epoll descriptor: readable (`POLL.IN`) when the loop has something to do. Not to be closed, read or changed.
   * Good as long as the process lives.
   */
  readonly fd: number
  /**
   * How long the loop may sleep, in ms: -1 for ever, 0 not at all (also when nothing keeps the loop alive, and when it has
   * newly watched descriptors, which its epoll does not know before the loop has had a turn). Brings the loop's clock up to date first: the loop would
   * otherwise reckon from the moment when it called the callback that we are in, and sleep too long.
   *
   * Reads 0 within callbacks of timers and immediates: ask from those of descriptors, such as a `LoopEntry`.
   */
  timeoutMs(this: void): number
}

/** Why there is no {@link LoopAccess}, in one line. */
export interface NoLoopAccess {
  readonly available: false
  readonly reason: string
}

/**
 * Access to libuv's loop, from the executable itself. There is none in worker threads, whose loop has no name by which
 * it could be found, nor in runtimes that are not Node.
 *
 * @throws UnsupportedError where there are no system calls to be had
 */
export function libuvLoop(): LoopAccess | NoLoopAccess {
  if (!isMainThread) return none('a worker thread cannot find its own libuv loop')
  if (process.versions['bun'] !== undefined || process.versions['deno'] !== undefined) return none('this is not Node')
  if (process.versions['electron'] !== undefined) return none('in Electron the main thread does not wait in libuv')
  const { bind } = libc()
  try {
    const defaultLoop = bind('uintptr_t uv_default_loop()') as () => number
    const backendFd = bind('int uv_backend_fd(uintptr_t loop)') as (loop: number) => number
    const backendTimeout = bind('int uv_backend_timeout(uintptr_t loop)') as (loop: number) => number
    const updateTime = bind('void uv_update_time(uintptr_t loop)') as (loop: number) => void
    const loop = defaultLoop()
    const fd = backendFd(loop)
    const kind = readlinkSync(`/proc/self/fd/${fd}`)
    if (!kind.includes('eventpoll')) return none(`libuv waits on ${kind}, not on an epoll descriptor`)
    return {
      available: true,
      exact: true,
      fd,
      timeoutMs: () => {
        updateTime(loop)
        return backendTimeout(loop)
      },
    }
  } catch (error) {
    return none(`this executable does not export libuv: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function none(reason: string): NoLoopAccess {
  return { available: false, reason }
}
