import { SystemError } from '../../base/errors.js'
import { Failure } from '../failure.js'

/** Runs a call; an errno it fails with becomes an error as Node's own are: `code`, `errno`, `syscall`, `path`. */
export async function asCall<T>(syscall: string, path: string | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof Failure ? new SystemError(error.errno, syscall, path) : error
  }
}
