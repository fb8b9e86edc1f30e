import { ROOT_ID, type NodeId } from '../base/ids.js'
import { S_IFDIR, S_IFMT } from '../server/check.js'
import type { FileSystem } from '../server/filesystem.js'
import { peek } from '../server/peek.js'
import type { Replayed, ReplayPlace } from '../server/replay.js'
import type { MoveEvent, NameEvent, ReplayEvent } from './events.js'
import type { HelperPlace, HelperTask } from './helper-messages.js'

/** What the kernel may take names for. */
export interface NamesOfPeer {
  /** A node, 0 for a name that does not exist, undefined if it does not hold the name. */
  get(parent: NodeId, name: string): NodeId | 0 | undefined
  /** From the root; undefined if it is not known. */
  pathOf(node: NodeId): string | undefined
}

/** What {@link Repetitions} works with. */
export interface RepetitionsContext {
  readonly fs: FileSystem
  readonly names: NamesOfPeer
  /** Whether the kernel knows the node as a directory. */
  readonly isDirectory: (node: NodeId) => boolean
}

/** One thing to be done once more: what the helper is to do, and what is to be answered. */
export interface Repetition {
  readonly replayed: Replayed
  readonly task: HelperTask
}

/** Finds out what the helper has to do for an event. */
export class Repetitions {
  private readonly context: RepetitionsContext

  constructor(context: RepetitionsContext) {
    this.context = context
  }

  /** The object that the kernel may take the name for. */
  heldAt({ parent, name }: ReplayPlace): NodeId | undefined {
    const held = this.context.names.get(parent, name)
    return held === undefined || held === 0 ? undefined : held
  }

  /**
   * Whether nothing on the way to its directories comes by a rename that waits: the helper would look for the new name, and the
   * kernel have it before it is moved there.
   */
  mayGo(event: NameEvent, directoryMoves: Iterable<MoveEvent>): boolean {
    const ways = event.is === 'move' ? [event.at.parent, event.to.parent] : [event.at.parent]
    for (const move of directoryMoves) {
      if (move === event) continue
      const target = this.pathIn(move.to)
      if (target === undefined) continue
      for (const directory of ways) {
        const path = this.context.names.pathOf(directory)
        if (path === target || path?.startsWith(`${target}/`) === true) return false
      }
    }
    return true
  }

  /** How the event is made; undefined if there is no way, or nothing to it any more. */
  async of(event: ReplayEvent): Promise<Repetition | undefined> {
    if ('of' in event) return this.touch(event.of, event.is)
    const at = this.placeOf(event.at)
    if (at === undefined) return undefined
    switch (event.is) {
      case 'create': {
        // Somebody has found it already, and to drop it again would show.
        const held = this.heldAt(event.at)
        if (held !== undefined) return this.touch(held, 'modify')
        const isDirectory = await this.isDirectoryAt(event.at)
        if (isDirectory === undefined) return undefined
        return { replayed: { is: 'create', at: event.at }, task: { do: 'create', at, isDirectory } }
      }
      case 'delete': {
        const { isDirectory } = event
        return { replayed: { is: 'remove', at: event.at, isDirectory }, task: { do: 'remove', at, isDirectory } }
      }
      case 'move': {
        const to = this.placeOf(event.to)
        if (to === undefined) return undefined
        const isDirectory = (await this.isDirectoryAt(event.to)) ?? event.isDirectory
        return { replayed: { is: 'rename', at: event.at, to: event.to, isDirectory }, task: { do: 'rename', at, to } }
      }
    }
  }

  private async touch(of: NodeId | ReplayPlace, is: 'modify' | 'attrib'): Promise<Repetition | undefined> {
    const { names } = this.context
    const path = typeof of !== 'number' ? this.pathIn(of) : of === ROOT_ID ? '' : names.pathOf(of)
    const node = typeof of === 'number' ? of : this.heldAt(of)
    const isDirectory =
      node === undefined ? await this.isDirectoryAt(of as ReplayPlace) : this.context.isDirectory(node)
    if (path === undefined || isDirectory === undefined) return undefined
    const slash = path.lastIndexOf('/')
    const at = { directory: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) }
    // The content of a directory is told of name by name.
    return { replayed: { is: 'touch' }, task: { do: 'touch', at, attributesOnly: is === 'attrib' || isDirectory } }
  }

  private placeOf({ parent, name }: ReplayPlace): HelperPlace | undefined {
    const directory = parent === ROOT_ID ? '' : this.context.names.pathOf(parent)
    return directory === undefined ? undefined : { directory, name }
  }

  /** Whether what is there now is a directory; undefined if nothing is, or the filesystem does not say. */
  private async isDirectoryAt({ parent, name }: ReplayPlace): Promise<boolean | undefined> {
    const found = await peek(this.context.fs, parent, name)
    return found === undefined || found === 0 ? undefined : (found.attr.mode & S_IFMT) === S_IFDIR
  }

  private pathIn(place: ReplayPlace): string | undefined {
    const at = this.placeOf(place)
    return at && (at.directory === '' ? at.name : `${at.directory}/${at.name}`)
  }
}
