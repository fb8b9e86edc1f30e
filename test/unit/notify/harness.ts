import assert from 'node:assert/strict'
import { ERRNO, type ErrnoName } from '#src/base/errno.js'
import type { Clock } from '#src/base/clock.js'
import type { NodeId } from '#src/base/ids.js'
import { Coherence } from '#src/notify/coherence.js'
import { NotifyEngine } from '#src/notify/engine.js'
import { Notifier } from '#src/notify/notifier.js'
import type { NotifierOptions } from '#src/notify/options.js'
import type { NotifyPort } from '#src/notify/port.js'
import { NOTIFY_HEAD_MAX } from '#src/protocol/limits.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type MessageBuffer, type Notification } from '#src/protocol/message.js'
import type { InitWishes } from '#src/protocol/init-wishes.js'
import { answerInit } from '#src/protocol/negotiate.js'

/* A notifier without a kernel: on a port that takes note, and answers when the test says so. */

/** One message that the notifier sent. */
export interface Sent {
  /** In short: `INVAL_INODE 5 0+4096`, `INVAL_ENTRY 5 name`. */
  readonly text: string
  readonly message: Notification
  /** By `send`, so that it was taken on the spot. */
  readonly isDirect: boolean
}

interface Waiting {
  readonly token: object
  readonly sent: Sent
  /** The one before it in its chain, which is taken first. */
  readonly behind: Waiting | undefined
}

/** Takes what is sent by {@link send} at once, with {@link results}; the rest when the test says so, each chain in order. */
export class FakePort implements NotifyPort {
  readonly scratch = messageBuffer(NOTIFY_HEAD_MAX)
  onTaken: NotifyPort['onTaken'] = () => undefined
  readonly sent: Sent[] = []
  readonly waiting: Waiting[] = []
  /** What is answered to direct sends, by the text's start. */
  readonly results = new Map<string, ErrnoName>()
  /** What was sent and not flushed. */
  unflushed = 0
  /** How often anything was flushed. */
  flushes = 0
  /** The last message, if the next one belongs to the same chain. */
  private chain: Waiting | undefined
  private readonly codec = new MessageCodec()
  private readonly room: number
  private used = 0

  /** @param room how many may wait */
  constructor(room = Infinity) {
    this.room = room
  }

  send(end: number, payload?: Uint8Array): number {
    const sent = this.note(this.scratch, end, payload, true)
    const errno = [...this.results].find(([start]) => sent.text.startsWith(start))?.[1]
    return errno === undefined ? 0 : -ERRNO[errno]
  }

  giveBack(): void {
    this.used -= 1
  }

  borrow(): MessageBuffer | undefined {
    if (this.used >= this.room) return undefined
    this.used += 1
    return messageBuffer(NOTIFY_HEAD_MAX)
  }

  sendWaiting(message: MessageBuffer, end: number, payload: Uint8Array | undefined, token: object, more: boolean) {
    const waiting: Waiting = { token, sent: this.note(message, end, payload, false), behind: this.chain }
    this.waiting.push(waiting)
    this.chain = more ? waiting : undefined
    this.unflushed += 1
  }

  flush(): void {
    assert.equal(this.chain, undefined, 'a chain has an end')
    this.unflushed = 0
    this.flushes += 1
  }

  /** What was sent, in order. */
  get texts(): string[] {
    return this.sent.map(({ text }) => text)
  }

  /** What the kernel holds, in order. */
  get held(): string[] {
    return this.waiting.map(({ sent }) => sent.text)
  }

  /** What the kernel is at, in order: of each chain the first, since it takes one after the other. */
  get at(): string[] {
    return this.waiting.filter((each) => this.isFirst(each)).map(({ sent }) => sent.text)
  }

  /** Lets everything be sent, then {@link take}s one, and lets be sent what waited for that. */
  async answer(start = '', errno?: ErrnoName): Promise<void> {
    await settle()
    this.take(start, errno)
    await settle()
  }

  /** The kernel takes, this very moment, the oldest of those that it {@link at is at} whose text starts with `start`. */
  take(start = '', errno?: ErrnoName): void {
    assert.equal(this.unflushed, 0, 'the kernel takes nothing that is not flushed')
    const index = this.waiting.findIndex((each) => each.sent.text.startsWith(start) && this.isFirst(each))
    if (index < 0) throw new Error(`the kernel is at nothing that starts with '${start}': ${this.at.join(', ')}`)
    const [{ token }] = this.waiting.splice(index, 1) as [Waiting]
    this.used -= 1
    this.onTaken(token, errno === undefined ? 0 : -ERRNO[errno])
  }

  /** The kernel takes everything, also what is only sent when something else was taken. */
  async answerAll(errno?: ErrnoName): Promise<void> {
    await settle()
    while (this.waiting.length > 0) await this.answer('', errno)
  }

  private isFirst({ behind }: Waiting): boolean {
    return behind === undefined || !this.waiting.includes(behind)
  }

  private note(head: MessageBuffer, end: number, payload: Uint8Array | undefined, isDirect: boolean): Sent {
    const bytes = new Uint8Array(end + (payload?.length ?? 0))
    bytes.set(head.bytes.subarray(0, end))
    if (payload !== undefined) bytes.set(payload, end)
    const message = this.codec.decodeNotification(messageBuffer(bytes), 0, bytes.length)
    const sent = { text: textOf(message), message, isDirect }
    this.sent.push(sent)
    return sent
  }
}

function textOf(n: Notification): string {
  switch (n.notification) {
    case 'INVAL_INODE': {
      const { ino, off, len } = n.fuse_notify_inval_inode_out
      return `INVAL_INODE ${ino} ${off < 0 ? 'attributes' : `${off}+${len === 0 ? 'end' : len}`}`
    }
    case 'INVAL_ENTRY': {
      const { parent, flags } = n.fuse_notify_inval_entry_out
      return `${flags === 1 ? 'EXPIRE' : 'INVAL_ENTRY'} ${parent} ${n.name}`
    }
    case 'DELETE':
      return `DELETE ${n.fuse_notify_delete_out.parent} ${n.name} was ${n.fuse_notify_delete_out.child}`
    case 'STORE':
      return `STORE ${n.fuse_notify_store_out.nodeid} ${n.fuse_notify_store_out.offset}+${n.data.length}`
    case 'RETRIEVE': {
      const { nodeid, offset, size } = n.fuse_notify_retrieve_out
      return `RETRIEVE ${nodeid} ${offset}+${size}`
    }
    case 'PRUNE':
      return `PRUNE ${n.nodeid.join(' ')}`
    case 'POLL':
      return `POLL ${n.fuse_notify_poll_wakeup_out.kh}`
    default:
      return n.notification
  }
}

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  private time = 0
  private readonly alarms = new Map<object, { at: number; ring: () => void }>()

  now(): number {
    return this.time
  }

  after(ms: number, then: () => void): () => void {
    const alarm = {}
    this.alarms.set(alarm, { at: this.time + ms, ring: then })
    return () => this.alarms.delete(alarm)
  }

  /** How many are to be woken. */
  get pending(): number {
    return this.alarms.size
  }

  advance(ms: number): void {
    this.time += ms
    for (const [alarm, { at, ring }] of this.alarms) {
      if (at > this.time) continue
      this.alarms.delete(alarm)
      ring()
    }
  }
}

export const FLAGS_OF_ALL = { flags: 0x73ff_fffb, flags2: 0x7fd }

/** @param room how many may be with the kernel at a time */
export function harness(options: NotifierOptions = {}, wishes: InitWishes = {}, room = Infinity) {
  const initIn = { major: 7, minor: 45, max_readahead: 131_072, ...FLAGS_OF_ALL }
  const kernel = answerInit(initIn as Parameters<typeof answerInit>[0], wishes).negotiated
  const port = new FakePort(room)
  const clock = new FakeClock()
  const coherence = new Coherence()
  const engine = new NotifyEngine({ port, codec: new MessageCodec(kernel), kernel, coherence, clock }, options)
  return { port, clock, coherence, engine, kernel, notify: new Notifier(engine) }
}

export const node = (id: number) => id as NodeId
export const [ROOT, DIR, FILE] = [node(1), node(2), node(3)]

/** A harness whose kernel was given the directory {@link DIR} and the file {@link FILE} in it. */
export function known(...args: Parameters<typeof harness>) {
  const made = harness(...args)
  made.coherence.known.add(DIR, ROOT, true)
  made.coherence.known.add(FILE, DIR, false)
  return made
}

/** The state of a promise, once all that is settled has been handed on. */
export async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  let state: 'pending' | 'resolved' | 'rejected' = 'pending'
  promise.then(
    () => (state = 'resolved'),
    () => (state = 'rejected'),
  )
  await settle()
  return state
}

/** Lets all promises that can go on do so. */
export function settle(): Promise<void> {
  return new Promise(setImmediate)
}
