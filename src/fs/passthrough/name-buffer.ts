import { FuseError } from '../../base/errors.js'
import { encodedNameLength, encodeNameInto } from '../../base/name.js'
import type { PathBytes } from '../../sys/path.js'
import { MAX_NAME } from './store/name-arena.js'

/** One name of a request as bytes, in memory that is used again for the next. */
export class NameBuffer implements PathBytes {
  readonly bytes = new Uint8Array(MAX_NAME)
  length = 0

  /**
   * Takes `name`, and returns itself.
   * @throws FuseError EINVAL for what is no single step down (".", "..", a path), ENAMETOOLONG, EILSEQ
   */
  set(name: string): this {
    // The kernel never asks for these. Another client, or one that is out to get somewhere, might.
    if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
      throw new FuseError('EINVAL')
    }
    const length = encodedNameLength(name)
    if (length < 0) throw new FuseError('EILSEQ')
    if (length > MAX_NAME) throw new FuseError('ENAMETOOLONG')
    encodeNameInto(name, this.bytes, 0)
    this.length = length
    return this
  }
}
