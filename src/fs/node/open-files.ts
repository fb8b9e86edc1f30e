import type { FileHandle } from '../../base/ids.js'
import { HandleTable } from '../../server/handle-table.js'
import type { NodeFile } from './api.js'
import { ACCESS_MODE, O_RDWR } from './flags.js'

/** A file of the fs that is open, for one handle or more. */
export interface OpenFile {
  readonly owner: FileOwner
  readonly file: NodeFile
  /** O_RDONLY, O_WRONLY or O_RDWR. */
  readonly access: number
  handles: number
}

/** Where the open files of a node are kept. */
export interface FileOwner {
  readonly files: Set<OpenFile>
}

/** The open files of a mount. */
export class OpenFiles {
  private readonly table = new HandleTable<OpenFile>()

  /** How many handles there are. */
  get size(): number {
    return this.table.size
  }

  /** A handle for a file that was opened with `flags`. */
  add(owner: FileOwner, file: NodeFile, flags: number): FileHandle {
    const made = { owner, file, access: flags & ACCESS_MODE, handles: 1 }
    owner.files.add(made)
    return this.table.open(made)
  }

  /**
   * One more handle for a file that is open already: what has no name any more cannot be opened again. All reads and writes
   * say where, so that handles do not disturb each other. Undefined if none is open for what `flags` want.
   */
  share(owner: FileOwner, flags: number): FileHandle | undefined {
    const wanted = flags & ACCESS_MODE
    for (const open of owner.files) {
      if (open.access !== O_RDWR && open.access !== wanted) continue
      open.handles += 1
      return this.table.open(open)
    }
    return undefined
  }

  /** @throws FuseError EBADF */
  get(fh: FileHandle): NodeFile {
    return this.table.get(fh).file
  }

  /** @throws FuseError EBADF, or what closing the file fails with */
  async close(fh: FileHandle): Promise<void> {
    const open = this.table.close(fh)
    open.handles -= 1
    if (open.handles > 0) return
    open.owner.files.delete(open)
    await open.file.close()
  }

  /** Closes all of them, whatever that fails with. */
  async closeAll(): Promise<void> {
    await Promise.allSettled([...this.table].map(async ([fh]) => this.close(fh)))
  }
}

/** An open file of a node, one that can be written if that is wanted. */
export function anyFile({ files }: FileOwner, forWriting = false): NodeFile | undefined {
  for (const { file, access } of files) if (!forWriting || access !== 0) return file
  return undefined
}
