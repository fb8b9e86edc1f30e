import type { NodeId } from '../../../base/ids.js'
import { IN } from '../../../sys/constants.js'
import type { InotifyEvent } from '../../../sys/inotify.js'

/** Events about names in a directory. */
export const NAME_EVENTS = IN.CREATE | IN.DELETE | IN.MOVED_FROM | IN.MOVED_TO

/**
 * What this process has done to names for the mount, which needs not be told that.
 *
 * The host puts an event into the queue before the call that caused it returns; so what was expected is in what is read until
 * nothing is left, or never comes. An event is taken for one of ours only if nothing else happened to that name in between: in
 * doubt all are told.
 */
export class OwnNames {
  /** What is expected of each name, in order. A rename expects it of two names, and is in doubt if either is. */
  private readonly expected = new Map<string, Expected>()

  expect(parent: NodeId, name: string, event: number): void {
    this.at(keyOf(parent, name)).events.push(event)
  }

  expectRename(parent: NodeId, name: string, newParent: NodeId, newName: string): void {
    const [from, to] = [keyOf(parent, name), keyOf(newParent, newName)]
    this.at(from).events.push(IN.MOVED_FROM)
    this.at(to).events.push(IN.MOVED_TO)
    this.at(from).tied.push(to)
    this.at(to).tied.push(from)
  }

  /**
   * Those of all events in the queue that are not ours. What was expected is not expected any more.
   * @param parentOf the node of the directory that an event was told of
   */
  others(
    events: readonly InotifyEvent[],
    parentOf: (event: InotifyEvent) => NodeId | undefined,
  ): readonly InotifyEvent[] {
    if (this.expected.size === 0) return events
    const keys = events.map((event) => {
      const parent = (event.mask & NAME_EVENTS) === 0 ? undefined : parentOf(event)
      return parent === undefined ? '' : keyOf(parent, event.name)
    })
    const happened = new Map<string, number[]>()
    for (const [index, key] of keys.entries()) {
      if (!this.expected.has(key)) continue
      const masks = happened.get(key) ?? []
      masks.push(events[index]!.mask & NAME_EVENTS)
      happened.set(key, masks)
    }
    const ours = this.undoubted(happened)
    this.expected.clear()
    return events.filter((_event, index) => !ours.has(keys[index]!))
  }

  /** The names to which exactly that happened that was expected. */
  private undoubted(happened: ReadonlyMap<string, readonly number[]>): ReadonlySet<string> {
    const ours = new Set<string>()
    for (const [key, { events }] of this.expected) {
      const masks = happened.get(key) ?? []
      if (masks.length === events.length && masks.every((mask, i) => mask === events[i])) ours.add(key)
    }
    for (let size = -1; size !== ours.size;) {
      size = ours.size
      for (const [key, { tied }] of this.expected) if (!tied.every((other) => ours.has(other))) ours.delete(key)
    }
    return ours
  }

  private at(key: string): Expected {
    const known = this.expected.get(key)
    if (known !== undefined) return known
    const made: Expected = { events: [], tied: [] }
    this.expected.set(key, made)
    return made
  }
}

interface Expected {
  readonly events: number[]
  readonly tied: string[]
}

function keyOf(parent: NodeId, name: string): string {
  return `${parent}/${name}`
}
