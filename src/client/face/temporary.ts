import { SystemError } from '../../base/errors.js'
import type { Core } from '../core.js'
import type { Task } from '../task.js'
import { mkdir } from '../vfs/make.js'
import { asCall } from './errors.js'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const RANDOM_LETTERS = 6
/** As glibc: by then all names that are tried cannot be taken by chance. */
const MAX_TRIES = 238_328

/** Makes a directory, for its owner alone, with six letters behind `prefix` that no other has. Answers its path. */
export async function makeTemporary(core: Core, prefix: string, task: Task): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const numbers = crypto.getRandomValues(new Uint32Array(RANDOM_LETTERS))
    const path = prefix + Array.from(numbers, (number) => LETTERS[number % LETTERS.length]!).join('')
    try {
      await asCall('mkdtemp', path, () => mkdir(core, path, 0o700, task))
      return path
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'EEXIST' || tries === MAX_TRIES) throw error
    }
  }
}
