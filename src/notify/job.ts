import type { NodeId, Unique } from '../base/ids.js'
import { encodedNameLength } from '../base/name.js'
import type { MessageCodec } from '../protocol/codec.js'
import { FUSE_EXPIRE_ONLY } from '../protocol/flags/device.js'
import type { MessageBuffer } from '../protocol/message.js'
import type { NotifyName } from '../protocol/notify-codes.js'
import type { Moment } from './race-guard.js'
import type { NotifyOutcome, NotifyResult } from './result.js'

/** INVAL_INODE of attributes alone has this offset on the wire. */
const ATTRIBUTES_ONLY = -1
/** A name that no directory has, so that INVAL_ENTRY of it does nothing but wait for the directory's lock. */
const NO_NAME = '.'

/** What is to be sent. Fields that a notification does not have are undefined. */
export interface Work {
  readonly notification: NotifyName
  /** What it is about: the node; for names, the directory. */
  readonly node: NodeId
  /** First byte; undefined for attributes alone. */
  readonly offset?: number | undefined
  /** In bytes; Infinity is the end of the file. */
  readonly length?: number | undefined
  readonly data?: Uint8Array | undefined
  readonly name?: string | undefined
  readonly child?: NodeId | undefined
  readonly expireOnly?: boolean | undefined
  readonly nodes?: readonly NodeId[] | undefined
  /** The number of POLL. */
  readonly kh?: number | undefined
  /** The number that comes back with the answer to RETRIEVE. */
  readonly unique?: number | undefined
}

/** Somebody who waits for the outcome. */
export interface Waiter {
  /** What to tell them if the peer took it. */
  outcome: NotifyOutcome
  readonly since: number
  readonly resolve: (result: NotifyResult) => void
  readonly reject: (error: unknown) => void
}

/** A notification on its way: what is to be sent, and who waits for it. */
export class Job {
  work: Work
  /** When it was asked for, in ms of the clock. */
  readonly since: number
  /** The same in the order of all that happens on the connection; see RaceGuard. */
  readonly asked: Moment
  readonly waiters: Waiter[]
  /** The line in which it stands. */
  line: object | undefined
  /** How often it was sent again, since the peer did not have yet what it was just given. */
  retries = 0
  /** The directory whose lock is to be waited for before this is sent. */
  barrier: NodeId | undefined
  /** The directory whose lock was waited for, or still is, before this that is with the peer now. */
  behind: NodeId | undefined
  /** What is to be sent after it, once the peer took it. */
  next: Work | undefined

  constructor(work: Work, waiters: Waiter[], since: number, barrierFirst?: NodeId, asked: Moment = 0) {
    this.work = work
    this.waiters = waiters
    this.since = since
    this.barrier = barrierFirst
    this.asked = asked
  }
}

/** Whether the peer may make the sender wait for locks; see kernel's fs/fuse/dev.c, inode.c and dir.c. */
export function mayWait({ notification, offset }: Work): boolean {
  switch (notification) {
    case 'INVAL_INODE':
      return offset !== undefined
    case 'INVAL_ENTRY':
    case 'DELETE':
    case 'STORE':
      return true
    default:
      return false
  }
}

/** Whether it never waits for anything at all, not even for an unmount that goes on: it takes spin locks only. */
export function isFree({ notification }: Work): boolean {
  return notification === 'POLL' || notification === 'RESEND' || notification === 'INC_EPOCH'
}

/** Whether it drops or replaces content. */
export function changesPages({ notification, offset }: Work): boolean {
  return notification === 'STORE' || (notification === 'INVAL_INODE' && offset !== undefined)
}

/** What is kept in order: a node's number, the negated number of a directory for its names; 0 for nothing. */
export function keyOf({ notification, node }: Work): number {
  switch (notification) {
    case 'INVAL_INODE':
    case 'STORE':
    case 'RETRIEVE':
      return node
    case 'INVAL_ENTRY':
    case 'DELETE':
      return 0 - node
    default:
      return 0
  }
}

/** INVAL_ENTRY that waits for those who hold the directory's lock, and does nothing. */
export function barrier(parent: NodeId): Work {
  return { notification: 'INVAL_ENTRY', node: parent, name: NO_NAME }
}

/** Writes the notification at the start of `message`, without the data of STORE; returns where it ends. */
export function encodeWork(codec: MessageCodec, message: MessageBuffer, work: Work): number {
  const { notification, node, name = '' } = work
  switch (notification) {
    case 'INVAL_INODE': {
      const { offset = ATTRIBUTES_ONLY, length = 0 } = work
      const len = length === Infinity ? 0 : length
      return codec.encodeNotification(message, 0, {
        notification,
        fuse_notify_inval_inode_out: { ino: node, off: offset, len },
      })
    }
    case 'INVAL_ENTRY': {
      const flags = work.expireOnly === true ? FUSE_EXPIRE_ONLY : 0
      const fuse_notify_inval_entry_out = { parent: node, namelen: encodedNameLength(name), flags }
      return codec.encodeNotification(message, 0, { notification, fuse_notify_inval_entry_out, name })
    }
    case 'DELETE': {
      const fuse_notify_delete_out = {
        parent: node,
        child: work.child ?? (0 as NodeId),
        namelen: encodedNameLength(name),
      }
      return codec.encodeNotification(message, 0, { notification, fuse_notify_delete_out, name })
    }
    case 'STORE': {
      const { data = new Uint8Array(0), offset = 0 } = work
      const fuse_notify_store_out = { nodeid: node, offset, size: data.length }
      return codec.encodeNotification(message, 0, { notification, fuse_notify_store_out, data }, true)
    }
    case 'RETRIEVE': {
      const { unique = 0, offset = 0, length = 0 } = work
      const fuse_notify_retrieve_out = { notify_unique: unique as Unique, nodeid: node, offset, size: length }
      return codec.encodeNotification(message, 0, { notification, fuse_notify_retrieve_out })
    }
    case 'PRUNE': {
      const { nodes: nodeid = [] } = work
      return codec.encodeNotification(message, 0, {
        notification,
        fuse_notify_prune_out: { count: nodeid.length },
        nodeid,
      })
    }
    case 'POLL':
      return codec.encodeNotification(message, 0, { notification, fuse_notify_poll_wakeup_out: { kh: work.kh ?? 0 } })
    case 'RESEND':
    case 'INC_EPOCH':
      return codec.encodeNotification(message, 0, { notification })
  }
}
