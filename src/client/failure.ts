import { ERRNO, errnoName, type ErrnoName } from '../base/errno.js'

/** A call of the client fails with an errno. What its user sees is made of it at the face: see face/errors.ts. */
export class Failure extends Error {
  static {
    this.prototype.name = 'Failure'
  }

  /** Positive; may be a number that Linux has no name for, if the server answered that. */
  readonly errno: number

  constructor(errno: number) {
    super(errnoName(errno) ?? `errno ${errno}`)
    this.errno = errno
  }
}

export function failure(name: ErrnoName): Failure {
  return new Failure(ERRNO[name])
}

/** Whether `error` is a failure with one of these errnos. */
export function failedWith(error: unknown, ...names: readonly ErrnoName[]): boolean {
  return error instanceof Failure && names.some((name) => ERRNO[name] === error.errno)
}

/** For what fails without anybody who would be told. */
export function ignoreFailure(error: unknown): void {
  if (!(error instanceof Failure)) throw error
}
