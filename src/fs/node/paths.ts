import { FuseError } from '../../base/errors.js'
import { decodeName, encodedNameLength, encodeName } from '../../base/name.js'
import type { NodePath } from './api.js'

/** Half of a character, as `decodeName` has for a byte that is not UTF-8. */
const SURROGATE = /\p{Surrogate}/u

const NAME_MAX = 255

/** Puts paths together, and keeps names where they belong. */
export class Paths {
  /** How names are to be asked for: as bytes, where the fs has them. */
  readonly encoding: 'buffer' | 'utf8'
  private readonly root: string
  private readonly takesBytes: boolean

  /** @param root the path in the fs that is the root of the mount */
  constructor(root: string, takesBytes: boolean) {
    this.root = root.endsWith('/') ? root.slice(0, -1) : root
    this.takesBytes = takesBytes
    this.encoding = takesBytes ? 'buffer' : 'utf8'
  }

  /** The path to which `names` lead from the root. @throws FuseError EILSEQ for a name that the fs cannot have */
  path(names: readonly string[]): NodePath {
    return this.pathText(names.length === 0 ? this.root || '/' : `${this.root}/${names.join('/')}`)
  }

  /** @throws FuseError EINVAL for a name that would lead out of its directory, ENAMETOOLONG for more than 255 bytes */
  checkName(name: string): void {
    if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
      throw new FuseError('EINVAL')
    }
    // What is in memory often has no limit; statfs says this one.
    if (name.length > NAME_MAX || (name.length * 3 > NAME_MAX && encodedNameLength(name) > NAME_MAX)) {
      throw new FuseError('ENAMETOOLONG')
    }
  }

  /** A text that may have bytes that are no characters, such as the target of a link. */
  pathText(text: string): NodePath {
    if (!SURROGATE.test(text)) return text
    const bytes = this.takesBytes ? encodeName(text) : undefined
    if (bytes === undefined) throw new FuseError('EILSEQ')
    return Buffer.from(bytes)
  }

  /** The names of a listing, without those that have no place in the protocol: dots, and half characters. */
  listed(raw: readonly (string | Uint8Array)[]): string[] {
    const names = raw.map((name) => this.name(name))
    return names.filter((name) => name !== '.' && name !== '..' && encodedNameLength(name) > 0)
  }

  /** A name or a target that the fs has. */
  name(raw: string | Uint8Array): string {
    return typeof raw === 'string' ? raw : decodeName(raw)
  }
}
