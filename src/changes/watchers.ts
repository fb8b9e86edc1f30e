import type { NodeId } from '../base/ids.js'
import type { Request } from '../protocol/message.js'
import type { Edit } from './edit.js'
import type { HeldNames } from './held-names.js'
import { localEvents } from './local-events.js'
import type { ChangePlace, ChangeTarget } from './options.js'
import type { WatchEvent, WatchOptions } from './watch-event.js'
import { Watcher } from './watcher.js'

/** Tells those who watch, inside this process, what happens: through the mount, and by the word of the source. */
export class Watchers {
  private readonly names: HeldNames
  private readonly nodeOf: ((object: object) => NodeId | undefined) | undefined
  private readonly watchers = new Set<Watcher>()

  /** @param nodeOf the node of an object of the filesystem's own, if it can tell */
  constructor(names: HeldNames, nodeOf: ((object: object) => NodeId | undefined) | undefined) {
    this.names = names
    this.nodeOf = nodeOf
  }

  /** @throws RangeError */
  watch(path: string, options: WatchOptions = {}): Watcher {
    const watcher = new Watcher(clean(path), options, () => this.watchers.delete(watcher))
    this.watchers.add(watcher)
    return watcher
  }

  /** A request was answered without an error. */
  answered(request: Request): void {
    if (this.watchers.size === 0) return
    for (const event of localEvents(this.names, request)) this.push(event)
  }

  /** The source told of changes. */
  told(edits: readonly Edit[]): void {
    if (this.watchers.size === 0) return
    for (const edit of edits) {
      const event = this.eventOf(edit)
      if (event !== undefined) this.push(event)
    }
  }

  /** Nobody knows what changed at the source. */
  lost(): void {
    for (const watcher of this.watchers) watcher.overflow('source')
  }

  /** The mount has ended. */
  end(): void {
    for (const watcher of this.watchers) watcher.end()
  }

  private push(event: WatchEvent): void {
    for (const watcher of this.watchers) watcher.push(event)
  }

  private eventOf(edit: Edit): WatchEvent | undefined {
    switch (edit.is) {
      case 'modified': {
        const path = this.pathOf(edit.target)
        const is = edit.what.attributesOnly === true ? 'attrib' : 'modify'
        return path === undefined ? undefined : { is, path, from: undefined, by: 'source' }
      }
      case 'renamed': {
        const [from, path] = [this.pathOfPlace(edit.from), this.pathOfPlace(edit.to)]
        return from === undefined || path === undefined ? undefined : { is: 'rename', path, from, by: 'source' }
      }
      default: {
        const path = this.pathOfPlace(edit.place)
        const is = edit.is === 'created' ? 'create' : 'delete'
        return path === undefined ? undefined : { is, path, from: undefined, by: 'source' }
      }
    }
  }

  private pathOfPlace(place: ChangePlace): string | undefined {
    if (typeof place === 'string') return clean(place)
    const parent = this.pathOf(place[0])
    return parent === undefined ? undefined : clean(`${parent}/${place[1]}`)
  }

  private pathOf(target: ChangeTarget): string | undefined {
    if (typeof target === 'string') return clean(target)
    const node = typeof target === 'number' ? target : this.nodeOf?.(target)
    return node === undefined ? undefined : this.names.pathOf(node)
  }
}

function clean(path: string): string {
  return path
    .split('/')
    .filter((name) => name !== '')
    .join('/')
}
