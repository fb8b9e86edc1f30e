import type { NodeId } from '../base/ids.js'

/** An order of what happened on one connection: larger is later. */
export type Moment = number

/**
 * Knows whether something was notified while a request was being answered. A reply that was computed before a change and
 * is sent after the notification of it would bring back what the notification took away; so it must not promise anything
 * about what was touched meanwhile.
 *
 * Costs one comparison a request while nothing is notified. What was touched is remembered only as long as a request that
 * began before is still unanswered.
 */
export class RaceGuard {
  /** The moment of the last notification. */
  now: Moment = 0
  /** By when each node and each directory's names were last touched, the oldest first. */
  private readonly nodes = new Map<NodeId, Moment>()
  private readonly names = new Map<NodeId, Moment>()
  /** When the requests that are unanswered began, the oldest first. */
  private unanswered = new Map<object, Moment>()
  /** When the last of them began. */
  private youngest: Moment = 0
  /** How many handlers are being called at this moment: more than one where one of them calls into another session. */
  private calls = 0
  private all: Moment = 0
  /** How many feeds of changes are followed, and how many have ended that nothing took the place of. */
  private feeds = 0
  private endedFeeds = 0

  /** A handler is about to be called; returns when its request began. */
  enter(): Moment {
    this.calls += 1
    return this.now
  }

  /** The handler's call is over, and so is its reply if it was synchronous. */
  leave(): void {
    this.calls -= 1
    if (this.nodes.size + this.names.size > 0) this.tidy()
  }

  /** A notification about attributes or content of `node` was asked for. */
  touchNode(node: NodeId): void {
    this.now += 1
    if (this.isAnswering) renew(this.nodes, node, this.now)
  }

  /** A notification about a name in `parent` was asked for. */
  touchNames(parent: NodeId): void {
    this.now += 1
    if (this.isAnswering) renew(this.names, parent, this.now)
  }

  /** Something was asked for that concerns every node and every name. */
  touchAll(): void {
    this.now += 1
    this.all = this.now
  }

  /** Changes at the source are told from now on, some time after they were made. */
  feedBegins(): void {
    this.feeds += 1
    if (this.endedFeeds > 0) this.endedFeeds -= 1
  }

  /** Nobody tells of changes at the source any more, though replies were given in the trust that somebody would. */
  feedEnds(): void {
    this.feeds -= 1
    this.endedFeeds += 1
    this.touchAll()
  }

  /** A handler goes on after its call: from now on what is touched counts for its reply. */
  begin(request: object, began: Moment): void {
    this.unanswered.set(request, began)
    if (began >= this.youngest) this.youngest = began
    // A handler that caused other requests to be handled goes on after they did, though it began before.
    else this.unanswered = new Map([...this.unanswered].toSorted(([, a], [, b]) => a - b))
  }

  /** The reply to a request that {@link begin} was told of is on its way, or will never be. */
  finish(request: object): void {
    if (this.unanswered.delete(request) && this.nodes.size + this.names.size > 0) this.tidy()
  }

  /** Whether nobody tells of changes any more, so that nothing may be kept. */
  get isUntold(): boolean {
    return this.endedFeeds > 0
  }

  /** Whether there may be changes that nobody has told of yet. */
  get isToldLate(): boolean {
    return this.feeds > 0
  }

  /** Whether anything at all was touched since. */
  anySince(began: Moment): boolean {
    return this.now !== began || this.isUntold
  }

  nodeTouchedSince(node: NodeId, began: Moment): boolean {
    return this.isTouchedSince(began) || (this.nodes.get(node) ?? 0) > began
  }

  namesTouchedSince(parent: NodeId, began: Moment): boolean {
    return this.isTouchedSince(began) || (this.names.get(parent) ?? 0) > began
  }

  private isTouchedSince(began: Moment): boolean {
    return this.all > began || this.isUntold
  }

  private get isAnswering(): boolean {
    return this.calls > 0 || this.unanswered.size > 0
  }

  /** Forgets what no unanswered request can have missed. */
  private tidy(): void {
    if (this.calls > 0) return
    const [oldest] = this.unanswered.values()
    drop(this.nodes, oldest ?? Infinity)
    drop(this.names, oldest ?? Infinity)
  }
}

/** Sets a value and makes it the youngest. */
function renew(map: Map<NodeId, Moment>, node: NodeId, moment: Moment): void {
  map.delete(node)
  map.set(node, moment)
}

/** Forgets what was touched before or when the oldest unanswered request began. */
function drop(map: Map<NodeId, Moment>, oldest: Moment): void {
  for (const [node, moment] of map) {
    if (moment > oldest) return
    map.delete(node)
  }
}
