import { NOTIFY_HEAD_MAX } from '../protocol/limits.js'
import type { MessageBuffer } from '../protocol/message.js'
import { addressOf } from '../sys/address.js'
import { IOVEC_SIZE, setIovec } from '../sys/io.js'
import { Memory } from '../sys/memory.js'
import type { Source } from './device-source.js'

/** Two iovecs before it, so that a short message and they share a page. */
const HEAD_AT = 64
const SLOT_BYTES = HEAD_AT + NOTIFY_HEAD_MAX + 128
/** How many may be with the kernel at a time. */
export const SLOTS = 2048
/** Up to so many bytes are cheaper to copy than to send from where they are, if the kernel takes them on the spot. */
export const SCRATCH_DATA = 4096

/** A way to write to the device without waiting in this thread. A slot is in use from `write` until `onTaken`. */
export interface Lane {
  readonly kind: 'io_uring' | 'threads'
  /** What the loop of the thread must look after, while the lane is open. */
  readonly sources: readonly Source[]
  /** Queues write(2) of `length` bytes at `address`. @param more the next one that is queued is made after this one */
  write(slot: number, address: number, length: number, more: boolean): void
  /** Queues writev(2) of `count` iovecs at `iov`. */
  writev(slot: number, iov: number, count: number, more: boolean): void
  /** Hands what is queued to those who do it. */
  flush(): void
  /** How many writes have not ended. */
  readonly inFlight: number
  /** To be set before the first write. `result` is what the system call returned, or a negated errno. */
  onTaken: (slot: number, result: number) => void
  /** Lets go of everything. What waits in the kernel goes on until the connection ends. */
  close(): void
}

/** A message in a slot. */
export interface SlotBuffer extends MessageBuffer {
  readonly slot: number
}

/** The memory of the messages that a lane has in hand, in slots of one message each. */
export class LaneSlots {
  /** A message that is in no lane's hands, in slot number `SLOTS`; with room for data of `SCRATCH_DATA` bytes. */
  readonly scratch: MessageBuffer
  private readonly memory = Memory.allocate((SLOTS + 1) * SLOT_BYTES + SCRATCH_DATA)
  private readonly start = this.memory.address
  private readonly free: SlotBuffer[] = []
  private made = 0

  constructor() {
    this.scratch = this.make(SLOTS, SCRATCH_DATA)
  }

  /** A free slot; undefined if there is none. */
  take(): SlotBuffer | undefined {
    const buffer = this.free.pop()
    if (buffer !== undefined || this.made === SLOTS) return buffer
    this.made += 1
    return this.make(this.made - 1)
  }

  giveBack(buffer: SlotBuffer): void {
    this.free.push(buffer)
  }

  /** Where the message of a slot is. */
  address(slot: number): number {
    return this.start + slot * SLOT_BYTES + HEAD_AT
  }

  /** Writes the two iovecs of a slot: `length` bytes of its message, and `payload`. Returns where they are. */
  iovecs(slot: number, length: number, payload: Uint8Array): number {
    const at = slot * SLOT_BYTES
    setIovec(this.memory.view, at, this.address(slot), length)
    setIovec(this.memory.view, at + IOVEC_SIZE, addressOf(payload), payload.length)
    return this.start + at
  }

  private make(slot: number, room = 0): SlotBuffer {
    const at = slot * SLOT_BYTES + HEAD_AT
    const { buffer } = this.memory
    const length = NOTIFY_HEAD_MAX + room
    return { slot, bytes: new Uint8Array(buffer, at, length), view: new DataView(buffer, at, length) }
  }
}
