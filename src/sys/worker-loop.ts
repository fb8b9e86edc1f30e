import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { LoopAccess, NoLoopAccess } from './libuv.js'
import type { LoopEntry } from './loop-entry.js'

/** How late a timer may be while nothing else happens: the loop's own time limit cannot be asked for here. */
const TIMER_MS = 5
/** The same for timers that keep nothing alive (`unref`), which nobody can see from here. */
const UNSEEN_MS = 100

/**
 * Access to libuv's loop of this worker thread. No name leads to it; but its epoll descriptor is the one that has the
 * descriptor of `entry` in it, and the kernel tells that in /proc.
 *
 * How long it may sleep is an estimate: while there are timers, 5 ms at most; else 100 ms, for there may be some that were
 * told not to keep the thread alive.
 */
export async function workerLoop(entry: LoopEntry): Promise<LoopAccess | NoLoopAccess> {
  if (process.versions['bun'] !== undefined || process.versions['deno'] !== undefined) {
    return { available: false, reason: 'this is not Node' }
  }
  // The loop tells its epoll of a new descriptor right before it next waits.
  await setImmediate()
  await setImmediate()
  const fd = findEpoll(entry.watched)
  if (fd === undefined)
    return { available: false, reason: 'the epoll descriptor of this worker thread is not in /proc' }
  return { available: true, exact: false, fd, timeoutMs }
}

function timeoutMs(): number {
  const active = process.getActiveResourcesInfo()
  if (active.includes('Immediate')) return 0
  return active.includes('Timeout') ? TIMER_MS : UNSEEN_MS
}

/** The epoll descriptor of this process that watches `fd`. */
function findEpoll(fd: number): number | undefined {
  const watches = new RegExp(`^tfd: +${fd} `, 'm')
  const found = readdirSync('/proc/self/fd').find((number) => {
    try {
      return (
        readlinkSync(`/proc/self/fd/${number}`) === 'anon_inode:[eventpoll]' &&
        watches.test(readFileSync(`/proc/self/fdinfo/${number}`, 'latin1'))
      )
    } catch {
      // Another thread has closed it meanwhile.
      return false
    }
  })
  return found === undefined ? undefined : Number(found)
}
