import { ERRNO, errnoMessage, errnoName, errnoNumber, type ErrnoName } from './errno.js'

/**
 * The root of every error that this library itself raises. There are two families: children of this class tell of
 * something wrong on this side (a malformed message, a refused option, a failed system call), while {@link FuseError}
 * is an answer that a filesystem gives to its caller. Tell them apart by `code`, which is stable, not by message.
 */
export class FuseWireError extends Error {
  static {
    this.prototype.name = 'FuseWireError'
  }

  /** A stable, documented word, such as `'ERR_PROTOCOL'`; see docs/errors.md. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * Bytes that are not a message of the FUSE protocol, or values that cannot be written as one. Says in which message,
 * which field and at which byte of the message; nothing was read or written past that.
 */
export class ProtocolError extends FuseWireError {
  static {
    this.prototype.name = 'ProtocolError'
  }

  /** What was read or written: an opcode, a notification code or a struct, such as `'LOOKUP'` or `'fuse_in_header'`. */
  readonly subject: string
  /** The field within it, with the kernel's name, such as `'name'` or `'fuse_write_in.size'`. */
  readonly field: string
  /** Where the field starts, in bytes from the start of the message. */
  readonly offset: number
  /** What is wrong with it, in words. */
  readonly problem: string

  constructor(subject: string, field: string, offset: number, problem: string) {
    super('ERR_PROTOCOL', `${subject}: ${field} at byte ${offset}: ${problem}`)
    this.subject = subject
    this.field = field
    this.offset = offset
    this.problem = problem
  }
}

/** Something that this kernel, this peer or this platform does not offer; the message says what is missing. */
export class UnsupportedError extends FuseWireError {
  static {
    this.prototype.name = 'UnsupportedError'
  }

  constructor(message: string, options?: ErrorOptions) {
    super('ERR_UNSUPPORTED', message, options)
  }
}

/**
 * A system call that failed. Has the fields of Node's own system errors (`code`, `errno`, `syscall`, `path`), so that
 * code which looks at those works unchanged, and so that a handler which lets it pass answers its errno to the caller.
 */
export class SystemError extends FuseWireError {
  static {
    this.prototype.name = 'SystemError'
  }

  declare readonly code: ErrnoName
  /** The error number, negative as in Node's own errors. */
  readonly errno: number
  /** The name of the system call, such as `'openat'`. */
  readonly syscall: string
  /** The path it was about, if any. */
  readonly path: string | undefined
  /** The second path, of calls that take two. */
  readonly dest: string | undefined

  /** @param errno the positive number from `errno.h` */
  constructor(errno: number, syscall: string, path?: string, dest?: string) {
    const name = errnoName(errno) ?? 'EIO'
    const paths = `${path === undefined ? '' : ` '${path}'`}${dest === undefined ? '' : ` -> '${dest}'`}`
    super(name, `${name}: ${errnoMessage(name)}, ${syscall}${paths}`)
    this.errno = -errno
    this.syscall = syscall
    this.path = path
    this.dest = dest
  }
}

/**
 * An errno as the answer to a request. A handler throws it (or returns a promise that rejects with it), the caller's
 * system call fails with that errno, and the session goes on: it is a reply, not a crash. So its `stack` names no
 * functions: to walk the stack takes 5 µs, ten times as long as to make the error without, and twice as long as to serve
 * a whole LOOKUP that finds nothing.
 *
 * @example throw new FuseError('ENOENT')
 */
export class FuseError extends Error {
  static {
    this.prototype.name = 'FuseError'
  }

  /** The errno's name. */
  readonly code: ErrnoName
  /** The errno's number, positive, as in `errno.h`. */
  readonly errno: number

  constructor(code: ErrnoName, message: string = errnoMessage(code), options?: ErrorOptions) {
    const { stackTraceLimit } = Error
    // Does nothing where somebody has frozen it.
    Reflect.set(Error, 'stackTraceLimit', 0)
    super(`${code}: ${message}`, options)
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
    this.code = code
    this.errno = ERRNO[code]
  }
}

/**
 * The errno (positive) that an error stands for: that of a {@link FuseError}, or of anything whose `code` is the name
 * of a Linux error, as Node's own errors have it. Undefined for every other value.
 */
export function errnoOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? errnoNumber(error.code) : undefined
}
