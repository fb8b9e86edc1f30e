import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { IORING, IORING_PARAMS } from './constants.js'
import { UnsupportedError } from '../base/errors.js'
import { checkRaw } from './check.js'
import { Fd } from './fd.js'
import { notAvailable } from './io-uring.js'
import { Memory } from './memory.js'
import { threadId, yieldCpu } from './thread.js'
import { SYS, syscallRaw } from './syscalls.js'

const PAGE = 4096
/** The least that the scheduler gives to anybody. */
const LOWEST_PRIORITY = 19
/** Looks for the thread, each a few µs; it is there at the first or second. */
const LOOKS = 10_000

/** What other threads of the process need to wake the same thread. */
export interface SpinningThreadAccess {
  readonly fd: number
  /** Where, in the memory of the ring, the kernel says that its thread sleeps; in 32-bit words. */
  readonly flags: number
}

/**
 * A thread of the kernel's that spins for a while each time it is woken, at the lowest priority, and does nothing: the
 * one that polls an io_uring (IORING_SETUP_SQPOLL) which nobody submits to. A CPU on which it runs does not sleep. Since
 * Linux 5.13 for users; containers often forbid io_uring.
 */
export class SpinningThread implements Disposable {
  readonly access: SpinningThreadAccess
  private readonly owner: Fd | undefined
  private readonly ring: Memory
  private readonly words: Uint32Array

  private constructor(access: SpinningThreadAccess, owner: Fd | undefined) {
    this.access = access
    this.owner = owner
    this.ring = Memory.share(access.fd, IORING.OFF_SQ_RING, PAGE)
    this.words = new Uint32Array(this.ring.buffer)
  }

  /**
   * @param spinMs how long it spins after it was woken, at least 1
   * @throws UnsupportedError where there is no io_uring, or it is forbidden
   */
  static start(spinMs: number): SpinningThread {
    using params = Memory.allocate(IORING_PARAMS.size)
    const { view } = params
    view.setUint32(IORING_PARAMS.flags, IORING.SETUP_SQPOLL, true)
    view.setUint32(IORING_PARAMS.sqThreadIdle, spinMs, true)
    const fd = syscallRaw(SYS.io_uring_setup, 1, params.address)
    if (fd < 0) throw notAvailable(-fd)
    const owner = new Fd(fd, 'io_uring')
    try {
      setPriority(threadOf(fd), LOWEST_PRIORITY)
      return new SpinningThread({ fd, flags: view.getUint32(IORING_PARAMS.sqFlags, true) >> 2 }, owner)
    } catch (error) {
      owner.close()
      throw error
    }
  }

  /** For another thread of the process that has it; its owner must keep it for as long. */
  static of(access: SpinningThreadAccess): SpinningThread {
    return new SpinningThread(access, undefined)
  }

  /** Lets it spin, if it sleeps: one system call. While it spins this costs next to nothing, and it does not spin longer. */
  wake(): void {
    if ((Atomics.load(this.words, this.access.flags) & IORING.SQ_NEED_WAKEUP) === 0) return
    checkRaw(syscallRaw(SYS.io_uring_enter, this.access.fd, 0, 0, IORING.ENTER_SQ_WAKEUP), 'io_uring_enter')
  }

  [Symbol.dispose](): void {
    this.owner?.close()
    this.ring.dispose()
  }
}

/** The number of the thread of a ring. Until it has begun, the kernel tells that of its creator (io_uring/sqpoll.c). */
function threadOf(ring: number): number {
  const creator = threadId()
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const found = /^SqThread:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${ring}`, 'latin1'))
    if (found !== null && Number(found[1]) !== creator) return Number(found[1])
    yieldCpu()
  }
  throw new UnsupportedError('no io_uring: its thread cannot be found in /proc/self/fdinfo')
}
