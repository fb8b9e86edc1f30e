import type { FileHandle, NodeId, Unique } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import {
  messageBuffer,
  type MessageBuffer,
  type NotificationInput,
  type ReplyInput,
  type RequestInput,
} from '#src/protocol/message.js'
import { fuse_in_header } from '#src/protocol/structs/header.js'
import * as hand from './hand-written.js'
import { measure, median, spread } from './lib/measure.js'
import { table } from './lib/table.js'

/*
 * The compiled codec beside the interpreter of the same tables and beside code written by hand. To reach in each row: at
 * least 5 times as fast as interpreted, and no slower than 1.3 times hand-written.
 */

const LEAST_OVER_INTERPRETED = 5
const MOST_OVER_HAND = 1.3

/** One row: the same work, done by a codec and by hand. */
interface Row {
  readonly name: string
  /** The buffers that the loop goes round, as a transport goes round its pool. */
  readonly pool: readonly MessageBuffer[]
  readonly codec: (codec: MessageCodec) => Work
  readonly hand: Work
}

/** @param turn 0 to 3: which of the four values to write */
type Work = (message: MessageBuffer, turn: number) => unknown

/** Four copies of a value to encode: of a single one V8 would take the fields for constants, too. */
function four<T>(value: T): T[] {
  return Array.from({ length: 4 }, () => structuredClone(value))
}

/** A pool of buffers that all hold the same message. With one buffer V8 would take its address for a constant. */
function pool(write: (message: MessageBuffer) => unknown): MessageBuffer[] {
  return Array.from({ length: 4 }, () => {
    const message = messageBuffer(8192)
    write(message)
    return message
  })
}

const unique = 4242 as Unique
const nodeid = 77 as NodeId
const header = { unique, nodeid, uid: 1000, gid: 1000, pid: 4321 }
const fh = 9 as FileHandle
const fuse_read_in = { fh, offset: 1 << 20, size: 131_072, read_flags: 0, lock_owner: 0, flags: 0x8000, padding: 0 }
const fuse_write_in = { fh, offset: 8192, size: 4096, write_flags: 0, lock_owner: 0, flags: 0x8001, padding: 0 }
const data = new Uint8Array(4096).fill(7)
const attr = {
  ino: 77,
  size: 123_456,
  blocks: 248,
  atime: 1_700_000_001,
  mtime: 1_700_000_002,
  ctime: 1_700_000_003,
  atimensec: 1,
  mtimensec: 2,
  ctimensec: 3,
  mode: 0o100644,
  nlink: 1,
  uid: 1000,
  gid: 1000,
  rdev: 0,
  blksize: 4096,
  flags: 0,
}
const fuse_attr_out = { attr_valid: 1, attr_valid_nsec: 0, dummy: 0, attr }

function requestRows(request: RequestInput & Parameters<typeof hand.encodeRequest>[2]): Row[] {
  const end = new MessageCodec().encodeRequest(messageBuffer(8192), 0, request)
  const requests = four(request)
  const messages = pool((message) => new MessageCodec().encodeRequest(message, 0, request))
  return [
    {
      name: `${request.op} request, decode`,
      pool: messages,
      codec: (codec) => (message) => codec.decodeRequest(message, 0, end),
      hand: (message) => hand.decodeRequest(message, 0, end),
    },
    {
      name: `${request.op} request, encode`,
      pool: messages,
      codec: (codec) => (message, turn) => codec.encodeRequest(message, 0, requests[turn]!),
      hand: (message, turn) => hand.encodeRequest(message, 0, requests[turn]!),
    },
  ]
}

function replyRows(): Row[] {
  const reply = { op: 'GETATTR', unique, fuse_attr_out } as const satisfies ReplyInput
  const end = new MessageCodec().encodeReply(messageBuffer(8192), 0, reply)
  const replies = four(reply)
  const messages = pool((message) => new MessageCodec().encodeReply(message, 0, reply))
  return [
    {
      name: 'GETATTR reply, decode',
      pool: messages,
      codec: (codec) => (message) => codec.decodeReply(message, 0, end, 'GETATTR'),
      hand: (message) => hand.decodeGetattrReply(message, 0, end),
    },
    {
      name: 'GETATTR reply, encode',
      pool: messages,
      codec: (codec) => (message, turn) => codec.encodeReply(message, 0, replies[turn]!),
      hand: (message, turn) => hand.encodeGetattrReply(message, 0, replies[turn]!),
    },
  ]
}

function notificationRows(notification: NotificationInput & Parameters<typeof hand.encodeNotification>[2]): Row[] {
  const end = new MessageCodec().encodeNotification(messageBuffer(8192), 0, notification)
  const notifications = four(notification)
  const messages = pool((message) => new MessageCodec().encodeNotification(message, 0, notification))
  return [
    {
      name: `${notification.notification}, decode`,
      pool: messages,
      codec: (codec) => (message) => codec.decodeNotification(message, 0, end),
      hand: (message) => hand.decodeNotification(message, 0, end),
    },
    {
      name: `${notification.notification}, encode`,
      pool: messages,
      codec: (codec) => (message, turn) => codec.encodeNotification(message, 0, notifications[turn]!),
      hand: (message, turn) => hand.encodeNotification(message, 0, notifications[turn]!),
    },
  ]
}

function headerRows(): Row[] {
  const { uid, gid, pid } = header
  const value = { len: 40, opcode: 1, unique, nodeid, uid, gid, pid, total_extlen: 0, padding: 0 }
  const values = four(value)
  const interpreted = fuse_in_header.interpreted()
  const pick = (codec: MessageCodec) => (codec.isInterpreted ? interpreted : fuse_in_header)
  const messages = pool(({ view }) => fuse_in_header.encode(view, 0, value))
  return [
    {
      name: 'fuse_in_header, decode',
      pool: messages,
      codec: (codec) => {
        const struct = pick(codec)
        return ({ view }) => struct.decode(view, 0, 40)
      },
      hand: ({ view }) => hand.decodeInHeader(view, 0, 40),
    },
    {
      name: 'fuse_in_header, encode',
      pool: messages,
      codec: (codec) => {
        const struct = pick(codec)
        return ({ view }, turn) => struct.encode(view, 0, values[turn]!)
      },
      hand: ({ view }, turn) => {
        const { len, opcode, total_extlen, padding } = values[turn]!
        hand.encodeInHeader(view, 0, values[turn]!, len, opcode, total_extlen, padding)
      },
    },
  ]
}

function allRows(): Row[] {
  const name = 'package.json'
  const inval = { parent: nodeid, namelen: name.length, flags: 0 }
  return [
    ...headerRows(),
    ...requestRows({ op: 'LOOKUP', header, name }),
    ...replyRows(),
    ...requestRows({ op: 'READ', header, fuse_read_in }),
    ...requestRows({ op: 'WRITE', header, fuse_write_in, data }),
    ...notificationRows({ notification: 'INVAL_INODE', fuse_notify_inval_inode_out: { ino: nodeid, off: -1, len: 0 } }),
    ...notificationRows({ notification: 'INVAL_ENTRY', fuse_notify_inval_entry_out: inval, name }),
    ...notificationRows({
      notification: 'STORE',
      fuse_notify_store_out: { nodeid, offset: 0, size: data.length },
      data,
    }),
  ]
}

/** A loop of its own for each contender of each row: one loop for all would see every call site polymorphic. */
function loop(work: Work, messages: readonly MessageBuffer[]): (times: number) => unknown {
  // eslint-disable-next-line no-new-func, typescript/no-implied-eval
  const make = new Function(
    'work',
    'messages',
    'return (times) => { let last; for (let i = 0; i < times; i += 1) last = work(messages[i & 3], i & 3); return last }',
  ) as (work: Work, messages: readonly MessageBuffer[]) => (times: number) => unknown
  return make(work, messages)
}

export function benchCodec(): unknown {
  const results = allRows().map((row) => {
    const contenders = {
      compiled: loop(row.codec(new MessageCodec()), row.pool),
      interpreted: loop(row.codec(new MessageCodec(undefined, { interpreted: true })), row.pool),
      hand: loop(row.hand, row.pool),
    }
    const [compiled, interpreted, byHand] = measure(contenders).map(({ roundsNs }) => roundsNs)
    const ns = { compiled: median(compiled!), interpreted: median(interpreted!), hand: median(byHand!) }
    const reached = ns.interpreted / ns.compiled >= LEAST_OVER_INTERPRETED && ns.compiled / ns.hand <= MOST_OVER_HAND
    return { row: row.name, ns, spread: spread(compiled!), reached }
  })
  const rows = results.map(({ row, ns, spread, reached }) => [
    row,
    ns.compiled.toFixed(1),
    ns.interpreted.toFixed(1),
    ns.hand.toFixed(1),
    `${(ns.interpreted / ns.compiled).toFixed(1)}x`,
    (ns.compiled / ns.hand).toFixed(2),
    `±${(spread * 100).toFixed(0)}%`,
    reached ? 'yes' : 'NO',
  ])
  const head = ['ns per message', 'compiled', 'interpreted', 'by hand', 'int./comp.', 'comp./hand', 'spread', 'reached']
  console.log(`\n${table(head, rows)}`)
  console.log(`to reach: int./comp. at least ${LEAST_OVER_INTERPRETED}, comp./hand at most ${MOST_OVER_HAND}`)
  return results
}
