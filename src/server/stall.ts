import { waitingText, type WaitingNotification } from '../notify/waiting.js'
import type { RequestInFlight } from './inflight.js'

/** Something waits for longer than it should. */
export interface Stall {
  /** All of this in one line, for people, and what to do. */
  readonly message: string
  /** The notification that waits in the kernel; undefined if it is only that a request is not answered. */
  readonly notification: WaitingNotification | undefined
  /** The requests that are not answered: those that can hold the notification, if there is one. */
  readonly requests: readonly RequestInFlight[]
  /**
   * Whether it looks as if the handler of a request awaits the very notification that waits for that request: there is but
   * one that can hold it, and it came before. Neither can end then; `req.afterReply` is the way out.
   */
  readonly isAwaitedWithin: boolean
}

/** The most requests that one line names. */
const MAX_NAMED = 5

/** The line of a {@link Stall}. */
export function stallText({ notification, requests, isAwaitedWithin }: Omit<Stall, 'message'>): string {
  const named = requests.slice(0, MAX_NAMED).map(requestText).join(', ')
  const all = requests.length > MAX_NAMED ? `${named} and ${requests.length - MAX_NAMED} more` : named
  if (notification === undefined) return `${all} is not answered: its handler has neither returned nor thrown`
  const waits = `${waitingText(notification)} has waited in the kernel for ${seconds(notification.ageMs)}`
  if (requests.length === 0) {
    return `${waits}, for no request that is handled here: for one that was not read yet, or a program that was stopped`
  }
  const advice = isAwaitedWithin
    ? '; only that can hold it, and it came first: if its handler awaits the notification, neither can end: ' +
      'send it from req.afterReply()'
    : ''
  return `${waits}, for the answer to ${all}${advice}`
}

function requestText({ op, node, name, unique, pid, ageMs }: RequestInFlight): string {
  const what = name === undefined ? `of node ${node}` : `of '${name}' in node ${node}`
  const who = pid === 0 ? '' : ` by process ${pid}`
  return `${op} ${what} (unique ${unique}${who}, ${seconds(ageMs)} ago)`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
