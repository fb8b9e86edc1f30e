import { errnoOf, FuseError } from '../../base/errors.js'
import { ERRNO } from '../../base/errno.js'
import type { SetattrRequest } from '../../server/requests/attr.js'
import type { Attr } from '../../server/results.js'
import type { NodeApi, NodeFile, NodePath } from './api.js'
import { nodeTime } from './attributes.js'

const S_IFMT = 0o170000
const S_IFDIR = 0o40000
const S_IFLNK = 0o120000
const S_ISGID = 0o2000
const PERMISSIONS = 0o7777

/** Who makes an object. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** What SETATTR is done to: an open file, or a path. */
export interface Target {
  readonly api: NodeApi
  /** The attributes before. */
  readonly attr: Attr
  readonly file: NodeFile | undefined
  /** Of a path, opened to change its size. */
  readonly sized: NodeFile | undefined
  readonly path: NodePath | undefined
}

/** SETATTR. @throws FuseError EOPNOTSUPP for the mode of a symbolic link, which Linux has not */
export async function change(req: SetattrRequest, { api, attr, file, sized, path }: Target): Promise<void> {
  const { size, newUid, newGid, mode, atime, mtime } = req
  if (file === undefined && path === undefined) throw new FuseError('ENOENT')
  if (size !== undefined) await (file ?? sized)!.truncate(size)
  if (newUid !== undefined || newGid !== undefined) {
    const [uid, gid] = [newUid ?? attr.uid ?? 0, newGid ?? attr.gid ?? 0]
    await (file === undefined ? api.lchown(path!, uid, gid) : file.chown(uid, gid))
  }
  // After chown, which takes set-user-id away.
  if (mode !== undefined) {
    if ((attr.mode & S_IFMT) === S_IFLNK) throw new FuseError('EOPNOTSUPP')
    const bits = mode & PERMISSIONS
    await (file === undefined ? api.chmod(path!, bits) : file.chmod(bits))
  }
  if (atime !== undefined || mtime !== undefined) {
    const now = Date.now()
    // Node sets both or none.
    const a = nodeTime(atime ?? { sec: attr.atime ?? 0, nsec: attr.atimensec ?? 0 }, now)
    const m = nodeTime(mtime ?? { sec: attr.mtime ?? 0, nsec: attr.mtimensec ?? 0 }, now)
    await (file === undefined ? api.lutimes(path!, a, m) : file.utimes(a, m))
  }
}

/** What a new object is to be. */
export interface Wanted {
  readonly owner: Owner
  /** Undefined for a link, whose mode is what it is. */
  readonly mode: number | undefined
  readonly parent: Attr
}

/**
 * Gives a new object to who made it, as far as this process may, and the mode that was asked for: the umask of this
 * process, which is not the caller's, has taken bits away.
 *
 * @returns whether its attributes have changed
 */
export async function settle(api: NodeApi, path: NodePath, made: Attr, wanted: Wanted): Promise<boolean> {
  const { owner, mode, parent } = wanted
  // A directory with set-group-id hands on its group, and the bit to directories. Not every fs does so by itself.
  const inherits = (parent.mode & S_ISGID) !== 0
  const gid = inherits ? (parent.gid ?? 0) : owner.gid
  const isMoved = made.uid !== owner.uid || made.gid !== gid
  const isGiven = isMoved && (await given(api.lchown(path, owner.uid, gid)))
  if (mode === undefined) return isGiven
  const inherited = inherits && (made.mode & S_IFMT) === S_IFDIR ? S_ISGID : 0
  const bits = (mode & PERMISSIONS) | inherited
  if (!isGiven && (made.mode & PERMISSIONS) === bits) return false
  await api.chmod(path, bits)
  return true
}

/** Only root may give files away: everybody else's stay theirs. So does everything in an fs that has no owners. */
async function given(chown: Promise<void>): Promise<boolean> {
  try {
    await chown
    return true
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === ERRNO.EPERM || errno === ERRNO.ENOSYS) return false
    throw error
  }
}
