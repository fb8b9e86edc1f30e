import type { Clock } from './base/clock.js'
import { UnsupportedError } from './base/errors.js'
import type { NodeId } from './base/ids.js'
import type { Edit } from './changes/edit.js'
import type { HeldNames } from './changes/held-names.js'
import { Resolver } from './changes/resolve.js'
import { ENTRY_REPLIES, entryNode } from './notify/entry-replies.js'
import { OUT_HEADER_SIZE } from './protocol/limits.js'
import type { MessageBuffer, Request } from './protocol/message.js'
import type { FileSystem } from './server/filesystem.js'
import type { Replay, ReplayPlace } from './server/replay.js'
import type { Session } from './server/session.js'
import { EditEvents } from './watchable/edit-events.js'
import { RecentLocal } from './watchable/recent-local.js'
import type { WatchableCounts } from './watchable/counts.js'
import { Watchable, type WatchableStatus } from './watchable/watchable.js'

/** What {@link WatchableSetup} works with. */
interface WatchableSetupContext {
  readonly fs: FileSystem
  readonly names: HeldNames
  readonly clock: Clock
  readonly onFail: (error: Error) => void
}

/** Whether the kernel tells those who watch a mount what happens at its source. */
export interface WatchableMount {
  readonly status: WatchableStatus
  stats(this: void): WatchableCounts
  /** Runs `work` while nothing of the mount is in use by the helper. */
  quietly<T>(this: void, work: () => Promise<T>): Promise<T>
}

/** Puts together what makes a mount watchable. */
export class WatchableSetup {
  private readonly context: WatchableSetupContext
  private readonly local: RecentLocal
  private readonly watchable: Watchable
  private events: EditEvents | undefined
  private session: Session | undefined

  constructor(context: WatchableSetupContext) {
    this.context = context
    this.local = new RecentLocal(context.clock)
    this.watchable = new Watchable({
      ...context,
      isDirectory: (node) => this.session?.coherence.known.isKnownDirectory(node) === true,
      drop: (place) => this.drop(place),
    })
  }

  /** For the session. */
  get replay(): Replay {
    return this.watchable.replay
  }

  /** A request was answered. Returns whether that was made up for the helper, so that nobody else may take it for true. */
  answered(request: Request, reply: MessageBuffer): boolean {
    if (request.header.pid !== this.replay.pid) {
      const isMade = ENTRY_REPLIES.has(request.op) && request.op !== 'LOOKUP'
      this.local.answered(request, isMade ? entryNode(reply, OUT_HEADER_SIZE) : undefined)
      return false
    }
    if (this.replay.answers(request) === undefined) return false
    return request.op !== 'LOOKUP' || this.replay.isStandIn(entryNode(reply, OUT_HEADER_SIZE))
  }

  /** The kernel has given the node back. */
  forgot(node: NodeId): void {
    this.local.forgot(node)
  }

  /** To be called once INIT is answered. */
  begin(session: Session, mountpoint: string): WatchableMount {
    this.session = session
    const { coherence, closed } = session
    const { fs, names } = this.context
    const { known, races } = coherence
    const nodeOf = fs.nodeOf && ((object: object) => fs.nodeOf!(object))
    const resolver = new Resolver({ names, races, nodeOf })
    this.events = new EditEvents({
      nodesOf: (target) => resolver.nodes(target),
      placesOf: (place) => resolver.places(place),
      names,
      isKnown: (node) => known.has(node),
      isDirectory: (node) => known.isKnownDirectory(node),
      local: this.local,
    })
    const { watchable } = this
    const end = () => watchable.end()
    closed.then(end, end)
    watchable.start(mountpoint)
    return {
      status: watchable.status,
      stats: () => watchable.stats(),
      quietly: (work) => watchable.quietly(work),
    }
  }

  private async drop({ parent, name }: ReplayPlace): Promise<void> {
    this.context.names.demote(parent, name)
    await this.session?.notifier.invalEntry(parent, name)
  }

  /** A change is about to be told to the kernel; returns what is to be called once it is. */
  telling(edit: Edit): () => void {
    const events = this.events?.of(edit) ?? []
    return () => {
      for (const event of events) this.watchable.push(event)
    }
  }
}

/** @throws UnsupportedError for options that a watchable mount cannot have */
export function checkWatchable(options: {
  readonly changes?: boolean
  readonly threads?: number
  readonly readOnly?: boolean
}): void {
  const problem =
    (options.threads ?? 0) > 0
      ? 'a filesystem in several threads cannot tell the kernel of changes'
      : options.changes === false
        ? 'with changes: false nobody tells of any'
        : options.readOnly === true
          ? 'on a read-only mount the kernel lets nobody do what watchers could hear of; refuse changes in the filesystem instead'
          : undefined
  if (problem !== undefined) throw new UnsupportedError(`watchable: ${problem}`)
}

/** Nobody is told, for this reason. */
export function notWatchable(reason: string): WatchableMount {
  return {
    status: { state: 'off', pid: undefined, reason },
    stats: () => ({ replayed: 0, merged: 0, dropped: 0, skipped: 0, failed: 0, queued: 0 }),
    quietly: (work) => work(),
  }
}
