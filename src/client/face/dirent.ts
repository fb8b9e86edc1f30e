import { encodeName } from '../../base/name.js'
import type { Dirent } from '../../protocol/dirent.js'
import { DT } from '../../protocol/dirent.js'
import { STATX_MODE } from '../constants.js'
import type { Core } from '../core.js'
import type { Task } from '../task.js'
import { getattr } from '../vfs/getattr.js'
import { withObject } from '../vfs/walk.js'
import { asBytes, type Bytes } from './bytes.js'
import { asCall } from './errors.js'
import type { NameEncoding } from './options.js'
import { Kind } from './stats.js'
import { decodeText } from './text.js'

/** As `fs.Dirent` of Node. */
export class DirectoryEntry<Name extends string | Bytes = string> extends Kind {
  readonly name: Name
  /** The path of the directory it is in. */
  readonly parentPath: string

  constructor(name: Name, parentPath: string, mode: number) {
    super(mode)
    this.name = name
    this.parentPath = parentPath
  }

  /** The old word for `parentPath`. */
  get path(): string {
    return this.parentPath
  }
}

/** The entry as its users see it; its type is asked for if the listing does not tell it. "." and ".." are for the caller. */
export async function entryOf(
  core: Core,
  { name, type }: Dirent,
  directory: string,
  encoding: NameEncoding | undefined,
  task: Task,
): Promise<DirectoryEntry<string | Bytes>> {
  const mode = type === DT.UNKNOWN ? await modeOf(core, pathIn(directory, name), task) : type << 12
  return new DirectoryEntry(encodedName(name, encoding), directory, mode)
}

async function modeOf(core: Core, path: string, task: Task): Promise<number> {
  const ask = ({ inode }: { readonly inode: Parameters<typeof getattr>[1] | undefined }) =>
    getattr(core, inode!, task, { mask: STATX_MODE })
  return (await asCall('lstat', path, () => withObject(core, path, task, ask, { follow: false }))).mode
}

/** A name, or a path, in the encoding that is asked for. */
export function encodedName(name: string, encoding: NameEncoding | undefined): string | Bytes {
  if (encoding === undefined || encoding === 'utf8' || encoding === 'utf-8') return name
  // What the server says has bytes, or it would not have been taken.
  const bytes = encodeName(name)!
  return encoding === 'buffer' ? asBytes(bytes) : decodeText(bytes, encoding)
}

export function pathIn(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`
}
