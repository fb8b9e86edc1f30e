import type { NodeId } from '../../../base/ids.js'
import type { Stat } from '../../../sys/stat.js'
import type { OwnNames } from './own-names.js'

/** Who keeps how this process has left files: `OwnContent`. */
interface Contents {
  readonly hear: () => void
  change<T>(node: NodeId, fd: number, action: () => T): T
  show(node: NodeId, stat: Stat): void
  forget(node: NodeId): void
}

/** What this process does to the source for the mount, told to those who watch the source, if anybody does. */
export class OwnChanges {
  private names: OwnNames | undefined
  private contents: Contents | undefined
  private isAllDealtWith: () => boolean = () => false

  /** @param isAllDealtWith whether all that was heard of the source has been dealt with by who follows it */
  begin(names: OwnNames, contents: Contents, isAllDealtWith: () => boolean): void {
    this.names = names
    this.contents = contents
    this.isAllDealtWith = isAllDealtWith
  }

  end(): void {
    this.names = undefined
    this.contents = undefined
  }

  /**
   * Something else than content is about to be changed, which moves the times by which content is known: what was written before is
   * looked at now.
   */
  before(): void {
    this.contents?.hear()
  }

  /** @param event bits of `IN` that this has caused in the directory */
  named(parent: NodeId, name: string, event: number): void {
    this.names?.expect(parent, name, event)
  }

  /**
   * The kernel moves what it takes the old name for. If it may not have been told yet that this is something else by now, it has
   * to be told of the new name, too; see docs/lost-invalidations.md.
   */
  renamed(parent: NodeId, name: string, newParent: NodeId, newName: string): void {
    if (this.isAllDealtWith()) this.names?.expectRename(parent, name, newParent, newName)
  }

  /** Runs `action`, which changes the content of the file that is open for writing at `fd`. */
  content<T>(node: NodeId, fd: number, action: () => T): T {
    return this.contents === undefined ? action() : this.contents.change(node, fd, action)
  }

  /** The kernel is answered these attributes, after a change of them that it has asked for. */
  attributes(node: NodeId, stat: Stat): void {
    this.contents?.show(node, stat)
  }

  forget(node: NodeId): void {
    this.contents?.forget(node)
  }
}
