import type { NodeId } from '../base/ids.js'
import type { ReplayPlace } from '../server/replay.js'

/** What watchers are to hear of. */
export type ReplayEvent =
  /** IN_MODIFY or IN_ATTRIB, of an object that the kernel has, or of a name in a directory that it has. */
  | { readonly is: 'modify' | 'attrib'; readonly of: NodeId | ReplayPlace }
  /** IN_CREATE. */
  | { readonly is: 'create'; readonly at: ReplayPlace }
  /** IN_DELETE; whether it was a directory is known if the kernel had it. */
  | { readonly is: 'delete'; readonly at: ReplayPlace; readonly isDirectory: boolean }
  /** IN_MOVED_FROM and IN_MOVED_TO. */
  | { readonly is: 'move'; readonly at: ReplayPlace; readonly to: ReplayPlace; readonly isDirectory: boolean }

/** One that is about names. */
export type NameEvent = Exclude<ReplayEvent, TouchEvent>
export type MoveEvent = Extract<ReplayEvent, { readonly is: 'move' }>
export type TouchEvent = Extract<ReplayEvent, { readonly of: unknown }>

/**
 * Events that wait for their turn, as few as will do: who hears that a file was modified reads it as it is then, however often it
 * was modified before. Those about names go first, in their order as far as may be, for the source is ahead of them: what
 * comes later is found by the names that they bring.
 */
export class EventQueue {
  /** How many were covered by one that was waiting, or took each other away. */
  merged = 0
  /** How many found no room. */
  dropped = 0
  private readonly maxEvents: number
  private readonly names = new Set<NameEvent>()
  /** The last one that waits of each name. */
  private readonly last = new Map<string, NameEvent>()
  private readonly touches = new Map<string, TouchEvent>()

  constructor(maxEvents: number) {
    this.maxEvents = maxEvents
  }

  get size(): number {
    return this.names.size + this.touches.size
  }

  push(event: ReplayEvent): void {
    if ('of' in event) this.pushTouch(event)
    else this.pushName(event)
  }

  /** The first that may go now, or the first of all if none may. @param mayGo is asked of those about names */
  shift(mayGo: (event: NameEvent) => boolean): ReplayEvent | undefined {
    for (const event of this.names) if (mayGo(event)) return this.take(event)
    for (const event of this.names) return this.take(event)
    for (const [key, event] of this.touches) {
      this.touches.delete(key)
      return event
    }
    return undefined
  }

  /** Renames of directories that wait. */
  *directoryMoves(): Iterable<MoveEvent> {
    for (const event of this.names) if (event.is === 'move' && event.isDirectory) yield event
  }

  clear(): void {
    this.names.clear()
    this.last.clear()
    this.touches.clear()
  }

  private pushTouch(event: TouchEvent): void {
    const key = typeof event.of === 'number' ? String(event.of) : keyOf(event.of)
    const before = this.touches.get(key)
    if (before !== undefined) this.merged += 1
    else if (!this.hasRoom()) return
    // Who hears that content changed looks at attributes as well.
    if (before?.is !== 'modify') this.touches.set(key, event)
  }

  private pushName(event: NameEvent): void {
    // Names that move mean something else from then on.
    if (event.is === 'move') this.last.clear()
    const key = keyOf(event.at)
    const before = this.last.get(key)
    if (before !== undefined && before.is === event.is) {
      this.merged += 1
      return
    }
    if (before?.is === 'create' && event.is === 'delete') {
      this.merged += 2
      this.take(before)
      return
    }
    if (!this.hasRoom()) return
    this.names.add(event)
    if (event.is !== 'move') this.last.set(key, event)
  }

  private hasRoom(): boolean {
    if (this.size < this.maxEvents) return true
    this.dropped += 1
    return false
  }

  private take(event: NameEvent): NameEvent {
    this.names.delete(event)
    if (this.last.get(keyOf(event.at)) === event) this.last.delete(keyOf(event.at))
    return event
  }
}

function keyOf({ parent, name }: ReplayPlace): string {
  return `${parent}/${name}`
}
