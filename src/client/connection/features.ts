import type { OpcodeName } from '../../protocol/opcodes.js'

/** Opcodes whose ENOSYS is remembered: what the client does without each is up to the caller. */
export type Dispensable = Extract<
  OpcodeName,
  | 'OPEN'
  | 'OPENDIR'
  | 'FLUSH'
  | 'FSYNC'
  | 'FSYNCDIR'
  | 'ACCESS'
  | 'CREATE'
  | 'GETXATTR'
  | 'SETXATTR'
  | 'LISTXATTR'
  | 'REMOVEXATTR'
  | 'LSEEK'
  | 'FALLOCATE'
  | 'RENAME2'
  | 'LINK'
  | 'POLL'
  | 'STATX'
  | 'COPY_FILE_RANGE'
  | 'COPY_FILE_RANGE_64'
  | 'TMPFILE'
  | 'SYNCFS'
  | 'BMAP'
  | 'INTERRUPT'
>

/** Which requests the server answered ENOSYS once: they are not sent again on this connection. */
export class Features {
  private readonly missing = new Set<Dispensable>()

  lacks(op: Dispensable): boolean {
    return this.missing.has(op)
  }

  forgo(op: Dispensable): void {
    this.missing.add(op)
  }

  get all(): readonly Dispensable[] {
    return [...this.missing]
  }
}
