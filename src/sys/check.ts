import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { libc } from './libc.js'

/** `result`, or a SystemError with the errno of the call that just returned it if it is negative. */
export function check(result: number, syscall: string, path?: string): number {
  if (result < 0) throw new SystemError(libc().errno(), syscall, path)
  return result
}

/** `result`, or a SystemError if it is negative; for the calls that return `-errno` itself. */
export function checkRaw(result: number, syscall: string, path?: string): number {
  if (result < 0) throw new SystemError(-result, syscall, path)
  return result
}

/** Makes `call` until no signal interrupts it, then as {@link check}. */
export function retry(call: () => number, syscall: string, path?: string): number {
  for (;;) {
    const result = call()
    if (result >= 0) return result
    const errno = libc().errno()
    if (errno !== ERRNO.EINTR) throw new SystemError(errno, syscall, path)
  }
}
