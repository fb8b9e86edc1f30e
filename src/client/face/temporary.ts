import type { Core } from '../core.js'
import { failedWith } from '../failure.js'
import type { Task } from '../task.js'
import { mkdir } from '../vfs/make.js'

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
      await mkdir(core, path, 0o700, task)
      return path
    } catch (error) {
      if (!failedWith(error, 'EEXIST') || tries === MAX_TRIES) throw error
    }
  }
}
