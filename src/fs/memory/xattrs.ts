import { FuseError } from '../../base/errors.js'
import { encodedNameLength } from '../../base/name.js'
import { XATTR_CREATE, XATTR_REPLACE } from './constants.js'
import type { Space } from './space.js'

/** Limits of Linux (XATTR_SIZE_MAX, XATTR_LIST_MAX, XATTR_NAME_MAX), in bytes. */
const VALUE_MAX = 65_536
const LIST_MAX = 65_536
const NAME_MAX = 255
/** The namespaces that are kept. `system.` has ACLs and their kin, which mean more than to be kept. */
const NAMESPACES = ['user.', 'trusted.', 'security.']
/** What gives a program privileges; it goes when the program changes. */
const CAPABILITY = 'security.capability'

/** The extended attributes of one object. */
export class Xattrs {
  private readonly values = new Map<string, Uint8Array>()
  private listBytes = 0

  /** @throws FuseError ENODATA */
  get(name: string): Uint8Array {
    const value = this.values.get(name)
    if (value === undefined) throw new FuseError('ENODATA')
    return value
  }

  /**
   * Keeps a copy of `value`.
   * @throws FuseError EEXIST or ENODATA as `flags` say, E2BIG for a value that is too large, ENOSPC where the list of
   *   names would become so, or there is no space
   */
  set(name: string, value: Uint8Array, flags: number, space: Space): void {
    const old = this.values.get(name)
    if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) throw new FuseError('EINVAL')
    if ((flags & XATTR_CREATE) !== 0 && old !== undefined) throw new FuseError('EEXIST')
    if ((flags & XATTR_REPLACE) !== 0 && old === undefined) throw new FuseError('ENODATA')
    if (value.length > VALUE_MAX) throw new FuseError('E2BIG')
    const nameBytes = old === undefined ? encodedNameLength(name) + 1 : 0
    if (this.listBytes + nameBytes > LIST_MAX) throw new FuseError('ENOSPC')
    const more = nameBytes + value.length - (old?.length ?? 0)
    if (more > 0) space.take(more)
    else space.give(-more)
    this.listBytes += nameBytes
    this.values.set(name, new Uint8Array(value))
  }

  /** @throws FuseError ENODATA */
  delete(name: string, space: Space): void {
    const { length } = this.get(name)
    const nameBytes = encodedNameLength(name) + 1
    this.values.delete(name)
    this.listBytes -= nameBytes
    space.give(nameBytes + length)
  }

  /** The names; those in `trusted.` are hidden from all but root. */
  list(isRoot: boolean): string[] {
    const names = [...this.values.keys()]
    return isRoot ? names : names.filter((name) => !name.startsWith('trusted.'))
  }

  dropCapability(space: Space): void {
    if (this.values.has(CAPABILITY)) this.delete(CAPABILITY, space)
  }

  dispose(space: Space): void {
    for (const name of this.values.keys()) this.delete(name, space)
  }
}

/** @throws FuseError EOPNOTSUPP for a namespace that is not kept, EINVAL for one without a name, ERANGE if it is too long */
export function checkXattrName(name: string): void {
  const namespace = NAMESPACES.find((prefix) => name.startsWith(prefix))
  if (namespace === undefined) throw new FuseError('EOPNOTSUPP')
  if (name.length === namespace.length) throw new FuseError('EINVAL')
  if (encodedNameLength(name) > NAME_MAX) throw new FuseError('ERANGE')
}
