import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, existsSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { cannotMount } from '../../helpers/needs.js'
import { fromEnvironment, Random } from '../../helpers/random.js'
import { sameSoon } from './compare.js'
import { pushed } from './pushed.js'
import { allPaths } from './shape.js'
import { mend } from './steps.js'
import type { Job } from './worker.js'

/** After each of them everybody stops, and everything is compared. */
const ROUNDS = 20
const OPEN_FILES = 24
const MEMORY = '/dev/shm'

/**
 * A source that is changed behind the mount by two processes, and through the mount by a third, while two more look at the mount:
 * whenever they stop, the mount shows what the source has.
 */
export function randomChanges(changes: number, limitMs: number): void {
  test(`${changes} changes of the source at random`, { skip: cannotMount(), timeout: limitMs }, async (t) => {
    const seed = fromEnvironment('CHANGES_SEED', Date.now() % 2 ** 31)
    console.log(`changes of the source: CHANGES_SEED=${seed}`)
    const { source, path, ask } = await pushed(t, sourceIn(t))
    mend(source)
    const workers = Array.from({ length: 5 }, () => fork(new URL('./worker.js', import.meta.url)))
    t.after(() => workers.forEach((worker) => worker.kill('SIGKILL')))
    const began = performance.now()
    const total: Record<string, number> = {}
    for (let round = 0; round < ROUNDS; round += 1) {
      const each = { seed: seed + 1000 * round, steps: Math.ceil(changes / ROUNDS / 2.5) }
      const open = openSome(path, new Random(each.seed))
      const counts = await Promise.all([
        run(workers[0]!, { ...each, kind: 'change', root: source }),
        run(workers[1]!, { ...each, seed: each.seed + 1, kind: 'change', root: source }),
        run(workers[2]!, { ...each, seed: each.seed + 2, steps: each.steps / 2, kind: 'change', root: path }),
        run(workers[3]!, { ...each, seed: each.seed + 3, kind: 'use', root: path }),
        run(workers[4]!, { ...each, seed: each.seed + 4, kind: 'use', root: path }),
      ])
      for (const count of counts) for (const [what, n] of Object.entries(count)) total[what] = (total[what] ?? 0) + n
      await sameSoon(source, path, open)
      for (const fd of open.keys()) closeSync(fd)
    }
    t.diagnostic(`${Math.round(performance.now() - began)} ms: ${JSON.stringify(total)}`)
    const { errors, warnings, watches, notify } = await ask()
    t.diagnostic(
      JSON.stringify({ watches, sent: Object.fromEntries(Object.entries(notify.codes).map(([k, v]) => [k, v.sent])) }),
    )
    assert.deepEqual(errors, [])
    assert.deepEqual(warnings, [])
  })
}

/** In memory, where there is such a place: it is the source that is to be changed fast. */
function sourceIn(t: TestContext): string | undefined {
  if (!existsSync(MEMORY)) return undefined
  const path = mkdtempSync(`${MEMORY}/fusewire-`)
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function run(worker: ChildProcess, job: Job): Promise<Record<string, number>> {
  const heard = new AbortController()
  const answer = once(worker, 'message', { signal: heard.signal })
  const ended = once(worker, 'exit', { signal: heard.signal }).then(() => {
    throw new Error(`a worker ended: CHANGES_SEED=${job.seed}`)
  })
  ended.catch(() => undefined)
  worker.send(job)
  try {
    return ((await Promise.race([answer, ended])) as [Record<string, number>])[0]
  } finally {
    heard.abort()
  }
}

/** Files of the mount that stay open, by descriptor, with their inode numbers. */
function openSome(path: string, random: Random): Map<number, bigint> {
  const open = new Map<number, bigint>()
  for (const name of allPaths()
    .filter(() => random.below(4) === 0)
    .slice(0, OPEN_FILES)) {
    try {
      const fd = openSync(`${path}/${name}`, constants.O_RDONLY | constants.O_NOFOLLOW)
      open.set(fd, fstatSync(fd, { bigint: true }).ino)
    } catch {
      // Nothing is there, or no file.
    }
  }
  return open
}
