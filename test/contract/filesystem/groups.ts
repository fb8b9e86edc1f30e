import type { Group } from './check.js'
import { append } from './checks/append.js'
import { attributes } from './checks/attributes.js'
import { copyRange } from './checks/copy-range.js'
import { directories } from './checks/directories.js'
import { fallocate } from './checks/fallocate.js'
import { locks } from './checks/locks.js'
import { mmap } from './checks/mmap.js'
import { open } from './checks/open.js'
import { pathErrors } from './checks/path-errors.js'
import { readWrite } from './checks/read-write.js'
import { renameFlags } from './checks/rename-flags.js'
import { rename } from './checks/rename.js'
import { sparse } from './checks/sparse.js'
import { specialFiles } from './checks/special-files.js'
import { symlink } from './checks/symlink.js'
import { times } from './checks/times.js'
import { truncate } from './checks/truncate.js'
import { unlinkLink } from './checks/unlink-link.js'
import { utimens } from './checks/utimens.js'
import { xattr } from './checks/xattr.js'

/** All checks, by subject. */
export const GROUPS: readonly Group[] = [
  pathErrors,
  open,
  readWrite,
  append,
  truncate,
  sparse,
  fallocate,
  copyRange,
  directories,
  unlinkLink,
  symlink,
  rename,
  renameFlags,
  specialFiles,
  attributes,
  utimens,
  times,
  xattr,
  locks,
  mmap,
]

export function findGroup(name: string): Group {
  const found = GROUPS.find((group) => group.name === name)
  if (found === undefined) throw new Error(`no group of checks is called "${name}"`)
  return found
}
