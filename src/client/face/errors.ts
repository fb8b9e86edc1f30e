import { ERRNO, type ErrnoName } from '../../base/errno.js'
import { FuseWireError, SystemError } from '../../base/errors.js'
import { Failure } from '../failure.js'

/** What a call is about, for its error. */
type Subject = string | undefined | { readonly path: string; readonly dest: string }

/** Runs a call; an errno it fails with becomes an error as Node's own are: `code`, `errno`, `syscall`, `path`, `dest`. */
export async function asCall<T>(syscall: string, subject: Subject, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (typeof subject !== 'object') throw new SystemError(error.errno, syscall, subject)
    throw new SystemError(error.errno, syscall, subject.path, subject.dest)
  }
}

/** What `rm` and `cp` refuse by themselves, with the codes of Node, such as `'ERR_FS_EISDIR'`. */
export class TreeError extends FuseWireError {
  static {
    this.prototype.name = 'TreeError'
  }

  /** The number that is nearest to it, positive: as in Node's errors of this kind. */
  readonly errno: number
  readonly syscall: 'cp' | 'rm'
  readonly path: string

  constructor(code: string, errno: ErrnoName, syscall: 'cp' | 'rm', path: string, why: string) {
    super(code, `${syscall} '${path}': ${why}`)
    this.errno = ERRNO[errno]
    this.syscall = syscall
    this.path = path
  }
}

/** A call failed for there is no such name. */
export function isMissing(error: unknown): boolean {
  return error instanceof SystemError && error.code === 'ENOENT'
}
