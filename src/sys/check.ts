import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { libc } from './libc.js'
import { pathText, type Path } from './path.js'

/** `result`, or a SystemError with the errno of the call that just returned it if it is negative. */
export function check(result: number, syscall: string, path?: Path): number {
  if (result < 0) throw failure(libc().errno(), syscall, path)
  return result
}

/** `result`, or a SystemError if it is negative; for the calls that return `-errno` itself. */
export function checkRaw(result: number, syscall: string, path?: Path): number {
  if (result < 0) throw failure(-result, syscall, path)
  return result
}

/** Makes `call` until no signal interrupts it, then as {@link check}. */
export function retry(call: () => number, syscall: string, path?: Path): number {
  for (;;) {
    const result = call()
    if (result >= 0) return result
    const errno = libc().errno()
    if (errno !== ERRNO.EINTR) throw failure(errno, syscall, path)
  }
}

/** The error for `errno`. */
export function failure(errno: number, syscall: string, path?: Path): SystemError {
  return new SystemError(errno, syscall, path === undefined ? undefined : pathText(path))
}
