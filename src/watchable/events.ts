import type { NodeId } from '../base/ids.js'
import type { ReplayPlace } from '../server/replay.js'

/** What watchers are to hear of. */
export type ReplayEvent =
  /** IN_MODIFY or IN_ATTRIB, of an object that the kernel has. */
  | { readonly is: 'modify' | 'attrib'; readonly node: NodeId }
  /** IN_CREATE. */
  | { readonly is: 'create'; readonly at: ReplayPlace }
  /** IN_DELETE; whether it was a directory is known if the kernel had it. */
  | { readonly is: 'delete'; readonly at: ReplayPlace; readonly isDirectory: boolean }
  /** IN_MOVED_FROM and IN_MOVED_TO. */
  | { readonly is: 'move'; readonly at: ReplayPlace; readonly to: ReplayPlace; readonly isDirectory: boolean }

/**
 * Events that wait for their turn, in order, as few as will do: who hears that a file was modified reads it as it is then,
 * however often it was modified before.
 */
export class EventQueue {
  /** How many were covered by one that was waiting, or took each other away. */
  merged = 0
  /** How many found no room. */
  dropped = 0
  private readonly maxEvents: number
  private readonly events = new Set<ReplayEvent>()
  /** The last one that waits, of each object and each name. */
  private readonly last = new Map<string, ReplayEvent>()

  constructor(maxEvents: number) {
    this.maxEvents = maxEvents
  }

  get size(): number {
    return this.events.size
  }

  push(event: ReplayEvent): void {
    // Names that move mean something else from then on.
    if (event.is === 'move') this.last.clear()
    const key = keyOf(event)
    const before = this.last.get(key)
    if (before !== undefined && isCovered(event, before)) {
      this.merged += 1
      return
    }
    if (before?.is === 'create' && event.is === 'delete') {
      this.merged += 2
      this.events.delete(before)
      this.last.delete(key)
      return
    }
    if (this.events.size >= this.maxEvents) {
      this.dropped += 1
      return
    }
    this.events.add(event)
    if (event.is !== 'move') this.last.set(key, event)
  }

  /** The oldest. */
  shift(): ReplayEvent | undefined {
    for (const event of this.events) {
      this.events.delete(event)
      if (this.last.get(keyOf(event)) === event) this.last.delete(keyOf(event))
      return event
    }
    return undefined
  }

  clear(): void {
    this.events.clear()
    this.last.clear()
  }
}

function keyOf(event: ReplayEvent): string {
  return 'node' in event ? String(event.node) : `${event.at.parent}/${event.at.name}`
}

function isCovered(event: ReplayEvent, before: ReplayEvent): boolean {
  return event.is === before.is || (event.is === 'attrib' && before.is === 'modify')
}
