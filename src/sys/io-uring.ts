import { SystemError, UnsupportedError } from '../base/errors.js'
import { ERRNO } from '../base/errno.js'
import { checkRaw } from './check.js'
import { IORING, IORING_PARAMS, MAP } from './constants.js'
import { Fd } from './fd.js'
import { libc, SCRATCH } from './libc.js'
import { Memory } from './memory.js'
import { SYS, syscallRaw } from './syscalls.js'

/** Sizes and places in the structs of include/uapi/linux/io_uring.h, in bytes. */
const SQE = { size: 64, opcode: 0, flags: 1, fd: 4, off: 8, addr: 16, len: 24, userData: 32 } as const
const CQE = { size: 16, userData: 0, res: 8 } as const

/** Positions of the rings' words, as indices of 32-bit words. */
interface RingWords {
  readonly head: number
  readonly tail: number
  readonly mask: number
}

/**
 * An io_uring: system calls that are handed to the kernel as entries of a ring in shared memory, and whose results come
 * back in another. For one JavaScript thread. Since Linux 5.6; containers often forbid it.
 *
 * A submission names its work with a number, 0 to 2^32 - 1, which comes back with the result. What a submission points to
 * must stay where it is until then.
 */
export class IoRing implements Disposable {
  /** Readable (`POLL.IN`) when results are there. */
  readonly fd: number
  /** How many submissions may be made between two calls of {@link submit}. */
  readonly entries: number
  private readonly owner: Fd
  private readonly ring: Memory
  private readonly sqes: Memory
  private readonly words: Uint32Array
  private readonly sq: RingWords
  private readonly cq: RingWords
  private readonly cqes: number
  private queued = 0

  /**
   * @param entries how many submissions fit, a power of two; there is room for twice as many results
   * @throws UnsupportedError where there is no io_uring, or it is forbidden
   */
  constructor(entries: number) {
    using params = Memory.allocate(IORING_PARAMS.size)
    const { view } = params
    const fd = syscallRaw(SYS.io_uring_setup, entries, params.address)
    if (fd < 0) throw notAvailable(-fd)
    this.owner = new Fd(fd, 'io_uring')
    this.fd = fd
    this.entries = view.getUint32(IORING_PARAMS.sqEntries, true)
    if ((view.getUint32(IORING_PARAMS.features, true) & IORING.FEAT_SINGLE_MMAP) === 0) {
      this.owner.close()
      throw new UnsupportedError('io_uring of this kernel is too old: Linux 5.6 is needed')
    }
    const cqEntries = view.getUint32(IORING_PARAMS.cqEntries, true)
    const sqOff = (word: number) => view.getUint32(IORING_PARAMS.sqOff + 4 * word, true)
    const cqOff = (word: number) => view.getUint32(IORING_PARAMS.cqOff + 4 * word, true)
    this.cqes = cqOff(5)
    const length = Math.max(sqOff(6) + 4 * this.entries, this.cqes + CQE.size * cqEntries)
    this.ring = Memory.share(fd, IORING.OFF_SQ_RING, length, MAP.POPULATE)
    this.sqes = Memory.share(fd, IORING.OFF_SQES, SQE.size * this.entries, MAP.POPULATE)
    this.words = new Uint32Array(this.ring.buffer, 0, length >> 2)
    this.sq = { head: sqOff(0) >> 2, tail: sqOff(1) >> 2, mask: this.words[sqOff(2) >> 2]! }
    this.cq = { head: cqOff(0) >> 2, tail: cqOff(1) >> 2, mask: this.words[cqOff(2) >> 2]! }
    // Slot i of the ring always names entry i, so this array never changes.
    const array = sqOff(6) >> 2
    for (let i = 0; i < this.entries; i += 1) this.words[array + i] = i
  }

  /** Whether {@link write} or {@link writev} must wait for {@link submit}. */
  get isFull(): boolean {
    return this.queued === this.entries
  }

  /** Queues write(2) of `length` bytes at `address`. @param flags bits of `IOSQE` */
  write(fd: number, address: number, length: number, id: number, flags: number): void {
    this.push(IORING.OP_WRITE, fd, address, length, id, flags)
  }

  /** Queues writev(2) of `count` entries of `setIovec` at `iov`. @param flags bits of `IOSQE` */
  writev(fd: number, iov: number, count: number, id: number, flags: number): void {
    this.push(IORING.OP_WRITEV, fd, iov, count, id, flags)
  }

  /** Hands what is queued to the kernel. Does not wait for results. @throws SystemError */
  submit(): void {
    while (this.queued > 0) {
      const taken = syscallRaw(SYS.io_uring_enter, this.fd, this.queued, 0, 0)
      if (taken === -ERRNO.EINTR) continue
      this.queued -= checkRaw(taken, 'io_uring_enter')
    }
  }

  /** Takes the results that are there. `each` may queue anew. Returns how many there were. */
  drain(each: (id: number, result: number) => void): number {
    const { words, cq, cqes } = this
    let head = words[cq.head]!
    let count = 0
    while (head !== Atomics.load(words, cq.tail)) {
      const at = cqes + CQE.size * (head & cq.mask)
      const id = this.ring.view.getUint32(at + CQE.userData, true)
      const result = this.ring.view.getInt32(at + CQE.res, true)
      head = (head + 1) >>> 0
      Atomics.store(words, cq.head, head)
      count += 1
      each(id, result)
    }
    return count
  }

  /**
   * How many kernel threads may do asynchronous work that is not about regular files; others wait for one to be free. Since
   * Linux 5.15; false where it cannot be set, and there may be as many as there is work.
   */
  limitWorkers(count: number): boolean {
    const { address, view } = libc().scratch
    // The first number is for regular files, and 0 leaves it.
    view.setUint32(SCRATCH.DATA, 0, true)
    view.setUint32(SCRATCH.DATA + 4, count, true)
    return syscallRaw(SYS.io_uring_register, this.fd, IORING.REGISTER_IOWQ_MAX_WORKERS, address + SCRATCH.DATA, 2) >= 0
  }

  /** Work that was submitted goes on until it ends, but nobody learns its result. */
  [Symbol.dispose](): void {
    this.owner.close()
    this.ring.dispose()
    this.sqes.dispose()
  }

  private push(opcode: number, fd: number, address: number, length: number, id: number, flags: number): void {
    if (this.isFull) throw new RangeError(`the ring has room for ${this.entries} submissions`)
    const { words, sq } = this
    const tail = words[sq.tail]!
    const at = (tail & sq.mask) * SQE.size
    const { view, bytes } = this.sqes
    bytes.fill(0, at, at + SQE.size)
    view.setUint8(at + SQE.opcode, opcode)
    view.setUint8(at + SQE.flags, flags)
    view.setInt32(at + SQE.fd, fd, true)
    view.setUint32(at + SQE.addr, address >>> 0, true)
    view.setUint32(at + SQE.addr + 4, Math.floor(address / 0x1_0000_0000), true)
    view.setUint32(at + SQE.len, length, true)
    view.setUint32(at + SQE.userData, id, true)
    Atomics.store(words, sq.tail, (tail + 1) >>> 0)
    this.queued += 1
  }
}

/** Why io_uring_setup(2) refused. */
export function notAvailable(errno: number): UnsupportedError {
  const cause = new SystemError(errno, 'io_uring_setup')
  const why =
    errno === ERRNO.ENOSYS
      ? 'this kernel has none, or a seccomp filter hides it'
      : errno === ERRNO.EPERM
        ? 'it is forbidden here: a seccomp filter, or the sysctl kernel.io_uring_disabled'
        : cause.message
  return new UnsupportedError(`no io_uring: ${why}`, { cause })
}
