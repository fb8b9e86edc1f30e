import type { NodeId } from '../base/ids.js'
import type { NotifyName } from '../protocol/notify-codes.js'
import type { Job } from './job.js'

/** A notification that is with the peer, which makes it wait. */
export interface WaitingNotification {
  readonly notification: NotifyName
  /** What it is about: the node; for names, the directory. */
  readonly node: NodeId
  readonly name: string | undefined
  /** Of DELETE: the object that had the name. */
  readonly child: NodeId | undefined
  /** The first byte; undefined for names, and for attributes alone. */
  readonly offset: number | undefined
  /** In bytes; Infinity is the end of the file. */
  readonly length: number | undefined
  /** The directory whose lock is waited for before the node; see docs/lost-invalidations.md. */
  readonly barrier: NodeId | undefined
  /** Since it was asked for, in ms. */
  readonly ageMs: number
}

/** @param now by the clock of the notifier */
export function describeWaiting(
  { work, since, behind }: Pick<Job, 'work' | 'since' | 'behind'>,
  now: number,
): WaitingNotification {
  const { notification, node, name, child, offset, length } = work
  return { notification, node, name, child, offset, length, barrier: behind, ageMs: now - since }
}

/** In a few words, without how long. */
export function waitingText({ notification, node, name, child, offset, length, barrier }: WaitingNotification): string {
  const range =
    offset === undefined ? '' : `, ${length === Infinity ? `from byte ${offset}` : `${length} bytes at ${offset}`}`
  const what =
    name === undefined
      ? `${notification} of node ${node}${range}`
      : `${notification} of '${name}'${child === undefined ? '' : ` (node ${child})`} in node ${node}`
  return barrier === undefined ? what : `${what} (first, the lock of node ${barrier})`
}
