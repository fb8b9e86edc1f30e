import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/*
 * Looks at names again and again, as fast as it can, and counts what is not as it was told. Is told what to look for over IPC,
 * and says what was wrong when it is told to stop.
 */

/** What is to be seen. */
export interface Sight {
  /** By path, the number of the object there. */
  readonly present: Readonly<Record<string, number>>
  readonly absent: readonly string[]
  /** A directory to be in, and what that is called; it is not left. */
  readonly within?: string
}

/** What was seen. */
export interface Seen {
  readonly looks: number
  readonly wrong: readonly string[]
}

let sight: Sight | undefined
let seen: { looks: number; wrong: string[] } = { looks: 0, wrong: [] }

process.on('message', (message: Sight | 'stop') => {
  if (message === 'stop') {
    sight = undefined
    process.send?.(seen satisfies Seen)
    seen = { looks: 0, wrong: [] }
    return
  }
  sight = message
  if (message.within !== undefined) process.chdir(message.within)
  look()
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')

function look(): void {
  if (sight === undefined) return
  const { present, absent, within } = sight
  for (const [path, ino] of Object.entries(present)) {
    note(() => (lstatSync(path).ino === ino ? undefined : 'another object'), path)
    note(() => (readdirSync(dirname(path)).includes(basename(path)) ? undefined : 'not listed'), path)
    note(() => (madeAnew(path) ? 'made anew' : undefined), path)
  }
  for (const path of absent) {
    note(() => (lstatSync(path, { throwIfNoEntry: false }) === undefined ? undefined : 'there'), path)
    note(() => (readdirSync(dirname(path)).includes(basename(path)) ? 'listed' : undefined), path)
  }
  if (within !== undefined) {
    note(() => {
      const cwd = readlinkSync('/proc/self/cwd')
      return cwd === within ? undefined : cwd
    }, within)
  }
  setImmediate(look)
}

function note(ask: () => string | undefined, path: string): void {
  seen.looks += 1
  let problem: string | undefined
  try {
    problem = ask()
  } catch (error) {
    problem = String(error)
  }
  if (problem !== undefined && seen.wrong.length < 20) seen.wrong.push(`${path}: ${problem}`)
}

function madeAnew(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY))
    return true
  } catch {
    return false
  }
}
