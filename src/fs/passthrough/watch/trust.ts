import { ROOT_ID, type NodeId } from '../../../base/ids.js'
import type { AttrResult, CreateResult, Entry, NegativeEntry, OpenResult } from '../../../server/results.js'
import { statFd } from '../../../sys/stat.js'
import { attrOf } from '../attributes.js'
import type { Source } from '../source.js'
import type { Watches } from './watches.js'

/**
 * What the kernel may keep of the answers that it gets. Where the source is watched, that is for ever: an object is watched
 * before its attributes are read, and a directory before a name is looked for in it, so that nothing can change between. What
 * cannot be watched is not to be kept at all. Where nobody watches, all is for the mount to say.
 */
export class Trust {
  private readonly source: Source
  private watches: Watches | undefined
  private isOn = false

  constructor(source: Source) {
    this.source = source
  }

  /** From now on the kernel is told what changes. */
  begin(watches: Watches): void {
    this.watches = watches
    this.isOn = true
    this.in(ROOT_ID)
  }

  /** It is told no more. */
  end(): void {
    this.watches = undefined
  }

  /** A new mount, which may not be one that is told. */
  mounted(): void {
    this.isOn = this.watches !== undefined
  }

  forget(node: NodeId): void {
    this.watches?.forget(node)
  }

  /** Whether what is said from now on of `node`, and of names in it if it is a directory, will be corrected when it changes. */
  in(node: NodeId): boolean {
    return !this.isOn || this.watches?.has(node) === true || this.watch(node)
  }

  /** @param told of the directory in which it was found, from before that */
  entry(found: Entry, told: boolean): Entry {
    if (!this.isOn || (told && this.watches?.has(found.node) === true)) return found
    const isTold = this.in(found.node)
    return {
      ...found,
      // What changed before it was watched nobody tells.
      ...(isTold ? { attr: this.attrNow(found) } : { attrTimeoutMs: 0 }),
      ...(!told && { entryTimeoutMs: 0 }),
    }
  }

  missing(told: boolean): NegativeEntry {
    return told ? { node: 0 } : { node: 0, entryTimeoutMs: 0 }
  }

  /** @param told of the object, from before its attributes were read */
  attributes<T extends AttrResult>(result: T, told: boolean): T {
    return told ? result : { ...result, attrTimeoutMs: 0 }
  }

  opened(result: OpenResult, told: boolean): OpenResult {
    return told ? result : { ...result, keepCache: false, directIo: true }
  }

  listed(result: OpenResult, told: boolean): OpenResult {
    return told ? result : { ...result, keepCache: false, cacheDir: false }
  }

  created(result: CreateResult, told: boolean): CreateResult {
    if (!this.isOn) return result
    const entry = this.entry(result.entry, told)
    return { entry, open: this.opened(result.open ?? {}, this.in(entry.node)) }
  }

  private watch(node: NodeId): boolean {
    const { watches, source } = this
    if (watches === undefined) return false
    try {
      return source.withFile(node, (fd) => watches.add(node, fd, statFd(fd, source.stat).mode))
    } catch {
      // It is not where it was: whoever asks is told so, or that it is another.
      return false
    }
  }

  private attrNow({ node, attr }: Entry): Entry['attr'] {
    try {
      return attrOf(this.source.statNode(node), this.source.identity)
    } catch {
      // It has gone since, which the watch tells.
      return attr
    }
  }
}
