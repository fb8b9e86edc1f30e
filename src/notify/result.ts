import type { ErrnoName } from '../base/errno.js'
import { ERRNO, errnoMessage, errnoName } from '../base/errno.js'
import { FuseWireError } from '../base/errors.js'
import type { NodeId } from '../base/ids.js'
import type { NotifyName } from '../protocol/notify-codes.js'

/**
 * What became of a notification.
 *
 * - `applied`: the peer has done it.
 * - `not-cached`: the peer has nothing that it is about (ENOENT), so there is nothing to be stale.
 * - `merged`: a notification that was asked for before and had not been sent yet covers this one, and is applied.
 * - `escalated`: too many were waiting, and the peer was told something coarser that covers it: all of a file for a range,
 *   dropped bytes for stored ones, every name (INC_EPOCH) for one.
 */
export type NotifyOutcome = 'applied' | 'not-cached' | 'merged' | 'escalated'

/** Outcome of a notification, and what it took. */
export interface NotifyResult {
  readonly outcome: NotifyOutcome
  /** From the call until the peer had taken it, in milliseconds; 0 if it was sent on the spot. */
  readonly waitedMs: number
}

/** The results of notifications that need not wait are always the same two objects. */
export const APPLIED: NotifyResult = { outcome: 'applied', waitedMs: 0 }
export const NOT_CACHED: NotifyResult = { outcome: 'not-cached', waitedMs: 0 }

/** The peer refused a notification. `code` is the errno's name, such as `'ENOTEMPTY'`. */
export class NotifyError extends FuseWireError {
  static {
    this.prototype.name = 'NotifyError'
  }

  declare readonly code: ErrnoName
  readonly notification: NotifyName
  /** The node it was about: for names, the directory. Undefined for notifications about no node. */
  readonly node: NodeId | undefined

  constructor(code: ErrnoName, notification: NotifyName, node: NodeId | undefined, reason?: string) {
    const about = node === undefined ? '' : ` of node ${node}`
    super(code, `${notification}${about}: ${code}: ${reason ?? errnoMessage(code)}`)
    this.notification = notification
    this.node = node
  }
}

/** The connection ended before the peer could answer: ERR_MOUNT_ENDED. */
export function mountEnded(what: string): FuseWireError {
  return new FuseWireError('ERR_MOUNT_ENDED', `${what}: the mount has ended`)
}

/** What an errno means for a notification, where it says more than its name. */
const REASONS: Readonly<Partial<Record<NotifyName, Readonly<Record<number, string>>>>> = {
  STORE: { [ERRNO.EINVAL]: 'the node is no regular file' },
  RETRIEVE: { [ERRNO.EINVAL]: 'the node is no regular file', [ERRNO.ENOTCONN]: 'the connection was aborted' },
  INVAL_ENTRY: { [ERRNO.ENOTDIR]: 'the parent is no directory' },
  DELETE: {
    [ERRNO.ENOTDIR]: 'the parent is no directory',
    [ERRNO.ENOTEMPTY]: 'something in the directory is in use; its name was dropped all the same',
    [ERRNO.EBUSY]: 'something is mounted there; its name was dropped all the same',
  },
}

/** The peer refused a notification with `errno`, a positive number. */
export function refusal(errno: number, notification: NotifyName, node: NodeId): NotifyError {
  const code = errnoName(errno) ?? 'EIO'
  return new NotifyError(code, notification, node === 0 ? undefined : node, REASONS[notification]?.[errno])
}

/** The peer has nothing that the notification is about; or it has nothing at all any more. */
export function isNothing(notification: NotifyName, errno: number): boolean {
  if (errno === ERRNO.ENOENT) return true
  const isOver = errno === ERRNO.ENODEV || errno === ERRNO.ENOTCONN || errno === ERRNO.EPERM
  return isOver && notification !== 'RETRIEVE'
}

const ORDER = ['applied', 'merged', 'not-cached', 'escalated'] as const

/** Of parts, the outcome that promises least, and the longest time. */
export function worst(results: readonly NotifyResult[]): NotifyResult {
  return results.reduce((a, b) => ({
    outcome: ORDER.indexOf(a.outcome) >= ORDER.indexOf(b.outcome) ? a.outcome : b.outcome,
    waitedMs: Math.max(a.waitedMs, b.waitedMs),
  }))
}
