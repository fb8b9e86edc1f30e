import { ERRNO } from '../base/errno.js'
import { UnsupportedError } from '../base/errors.js'
import type { MessageBuffer } from '../protocol/message.js'
import { writeRaw, writevRaw } from '../sys/io.js'
import { BurstLane } from './device-burst-lane.js'
import { LaneSlots, SCRATCH_DATA, SLOTS, type Lane, type SlotBuffer } from './device-lane.js'
import type { Loop } from './device-source.js'
import { ThreadLane } from './device-thread-lane.js'
import { UringLane } from './device-uring-lane.js'

/** How notifications that may wait get to the device. */
export type LaneKind = 'auto' | 'io_uring' | 'threads'

/** Up to so many bytes are cheaper to copy than to send from where they are; small arrays even move. */
const COPIED = 512

/** Sends notifications to the device. Has the shape of the notifier's port. */
export class DeviceNotifyPort {
  /** How what may wait is sent, and why so. */
  readonly via: Lane['kind']
  readonly reason: string
  readonly scratch: MessageBuffer
  onTaken: (token: object, result: number) => void = () => undefined
  private readonly device: number
  private readonly loop: Loop
  private readonly lane: Lane
  private readonly slots = new LaneSlots()
  /** By slot, while it is with the kernel. The payload is held until the kernel has read it. */
  private readonly tokens: (object | undefined)[] = []
  private readonly buffers: SlotBuffer[] = []
  private readonly payloads: (Uint8Array | undefined)[] = []
  private isOpen = true

  /**
   * @param device its number; it stays the transport's
   * @param loop of the thread, which hears of results
   * @throws UnsupportedError if `kind` is `io_uring` and it cannot be had
   */
  constructor(device: number, loop: Loop, kind: LaneKind = 'auto') {
    this.device = device
    this.loop = loop
    const { lane, reason } = openLane(device, kind)
    this.lane = lane
    this.via = lane.kind
    this.reason = reason
    this.scratch = this.slots.scratch
    lane.onTaken = (slot, result) => this.taken(slot, result)
    for (const source of lane.sources) loop.add(source)
  }

  send(end: number, payload?: Uint8Array): number {
    if (!this.isOpen) return -ERRNO.ENODEV
    return Math.min(this.writeNow(end, payload), 0)
  }

  private writeNow(end: number, payload: Uint8Array | undefined): number {
    const { device, slots, scratch } = this
    if (payload === undefined) return writeRaw(device, slots.address(SLOTS), end)
    if (payload.length > SCRATCH_DATA) return writevRaw(device, slots.iovecs(SLOTS, end, payload), 2)
    scratch.bytes.set(payload, end)
    return writeRaw(device, slots.address(SLOTS), end + payload.length)
  }

  borrow(): MessageBuffer | undefined {
    return this.slots.take()
  }

  giveBack(message: MessageBuffer): void {
    this.slots.giveBack(message as SlotBuffer)
  }

  sendWaiting(
    message: MessageBuffer,
    end: number,
    payload: Uint8Array | undefined,
    token: object,
    more: boolean,
  ): void {
    const buffer = message as SlotBuffer
    const { slot } = buffer
    this.buffers[slot] = buffer
    this.tokens[slot] = token
    if (payload === undefined) this.lane.write(slot, this.slots.address(slot), end, more)
    else if (payload.length <= COPIED) {
      message.bytes.set(payload, end)
      this.lane.write(slot, this.slots.address(slot), end + payload.length, more)
    } else {
      this.payloads[slot] = payload
      this.lane.writev(slot, this.slots.iovecs(slot, end, payload), 2, more)
    }
  }

  flush(): void {
    if (this.isOpen) this.lane.flush()
  }

  /** To be called when the connection is over, so that nothing waits there any more. */
  close(): void {
    if (!this.isOpen) return
    this.isOpen = false
    for (const source of this.lane.sources) this.loop.remove(source)
    this.lane.close()
  }

  private taken(slot: number, result: number): void {
    const token = this.tokens[slot]
    this.tokens[slot] = undefined
    this.payloads[slot] = undefined
    this.slots.giveBack(this.buffers[slot]!)
    if (token !== undefined) this.onTaken(token, Math.min(result, 0))
  }
}

function openLane(device: number, kind: LaneKind): { lane: Lane; reason: string } {
  if (kind === 'threads') return { lane: new ThreadLane(device), reason: 'as asked for' }
  try {
    return {
      lane: new BurstLane(device, new UringLane(device)),
      reason: kind === 'auto' ? 'io_uring is allowed' : 'as asked for',
    }
  } catch (error) {
    if (kind === 'io_uring' || !(error instanceof UnsupportedError)) throw error
    return { lane: new ThreadLane(device), reason: error.message }
  }
}
