/**
 * The filesystem contract: checks of POSIX and Linux behaviour that run on any directory. To add a target, call
 * {@link runContract} at the top level of a test file:
 *
 *     runContract({ name: 'memory filesystem', root: () => mountpoint, as: 'root', lacks: { whiteout: 'why not' } })
 *
 * - `root` must exist when the tests start; a function is asked after the `before` hooks of the file have run.
 * - `as: 'root'` runs the checks with all privileges and is skipped when the tests do not run as root. `as: 'user'`
 *   gives them up first; under a test run that is not root, it runs as whoever that is.
 * - `lacks` names the traits (see traits.ts) that the target does not have, each with the reason.
 *
 * The suite never knows what it runs on, and the test process never touches the target: each group of checks has a
 * child process, which is killed when a check exceeds its time. Everything happens in one directory below `root`, which
 * is removed in the end.
 */
import { randomBytes } from 'node:crypto'
import { after, before, describe, test, type TestContext } from 'node:test'
import { type Check, DEFAULT_LIMIT_MS, type Group } from './check.js'
import { runChild } from './child-client.js'
import type { Job, Line } from './child.js'
import { type Credentials, USER } from './credentials.js'
import { GROUPS } from './groups.js'
import type { Lacks } from './traits.js'

export interface Target {
  readonly name: string
  /** An existing directory on the target; undefined: the root of a memory filesystem that each group has on the client. */
  readonly root: string | (() => string) | undefined
  readonly as: 'root' | 'user'
  readonly lacks?: Lacks
  /** Only these groups; all by default. */
  readonly groups?: readonly string[]
  /** Checks that are known to fail, as `group: check`, with the reason; they are skipped. */
  readonly except?: Readonly<Record<string, string>>
}

const START_LIMIT_MS = 20_000

/** Registers the tests of one target. */
export function runContract(target: Target): void {
  const isRoot = process.getuid?.() === 0
  const title = `filesystem contract on ${target.name} as ${target.as}`
  if (target.as === 'root' && !isRoot) {
    void test(title, { skip: 'the tests do not run as root' }, () => {})
    return
  }
  const onClient = target.root === undefined
  const as = target.as === 'user' && isRoot ? USER : null
  const groups = GROUPS.filter(({ name }) => target.groups?.includes(name) ?? true)
  void describe(title, { concurrency: 2 }, () => {
    let dir = ''
    before(async () => {
      if (target.root === undefined) return
      const root = typeof target.root === 'string' ? target.root : target.root()
      dir = `${root}/contract-${randomBytes(6).toString('hex')}`
      await prepare(dir, as)
    })
    after(async () => {
      if (!onClient) await clean(dir, as)
    })
    for (const group of groups) {
      void test(group.name, async (t) => runGroup(t, target, group, dir, as))
    }
  })
}

/** Why a check does not apply to a target, if so. */
export function skipReason(target: Target, group: Group, check: Check): string | undefined {
  if (check.needs !== undefined && check.needs !== target.as) return `needs ${check.needs}`
  for (const trait of check.traits ?? []) {
    const reason = target.lacks?.[trait]
    if (reason !== undefined) return `${trait}: ${reason}`
  }
  return target.except?.[`${group.name}: ${check.name}`]
}

/** The ordinary user makes the directory itself where it may, since root may be kept out of its mounts. */
async function prepare(dir: string, as: Credentials | null): Promise<void> {
  const error = await runQuiet({ kind: 'prepare', dir, as })
  if (error === undefined) return
  if (as === null) throw new Error(error)
  const second = await runQuiet({ kind: 'prepare', dir, as: null, owner: as })
  if (second !== undefined) throw new Error(second)
}

async function clean(dir: string, as: Credentials | null): Promise<void> {
  const error = await runQuiet({ kind: 'clean', dir, as })
  if (error === undefined) return
  const second = as === null ? error : await runQuiet({ kind: 'clean', dir, as: null })
  if (second !== undefined) throw new Error(`${dir} was not removed: ${second}`)
}

async function runQuiet(job: Job): Promise<string | undefined> {
  let error: string | undefined
  const end = await runChild(
    job,
    (line) => {
      if (line.event === 'failed') error = line.error
    },
    () => START_LIMIT_MS,
  )
  return end.code === 0 ? undefined : `${job.kind}: ${error ?? `no answer; ${end.stderr}`}`
}

async function runGroup(
  t: TestContext,
  target: Target,
  group: Group,
  dir: string,
  as: Credentials | null,
): Promise<void> {
  // Subtests are started in the order in which checks end; each waits for the one before.
  let reported: Promise<unknown> = Promise.resolve()
  const report = (index: number, error?: string, skip?: string): void => {
    reported = reported.then(async () =>
      t.test(group.checks[index]!.name, skip === undefined ? {} : { skip }, () => {
        if (error !== undefined) throw new Error(error)
      }),
    )
  }

  let left: number[] = []
  for (const [index, check] of group.checks.entries()) {
    const skip = skipReason(target, group, check)
    if (skip === undefined) left.push(index)
    else report(index, undefined, skip)
  }
  while (left.length > 0) {
    let current: number | undefined
    let failure = ''
    const limitFor = (line: Line | undefined): number =>
      line?.event === 'start' ? (group.checks[line.index]!.limitMs ?? DEFAULT_LIMIT_MS) : START_LIMIT_MS
    const onLine = (line: Line): void => {
      if (line.event === 'start') current = line.index
      else if (line.event === 'failed') failure = line.error
      else {
        left = left.filter((index) => index !== line.index)
        current = undefined
        report(line.index, line.error)
      }
    }
    const end = await runChild(
      { kind: 'checks', dir, as, group: group.name, indices: left, onClient: target.root === undefined },
      onLine,
      limitFor,
    )
    if (left.length === 0) break
    // The process ended early: the check it was at is to blame, and the others get a new process.
    const blamed = current ?? left[0]!
    const how = end.timedOut ? 'took too long and was killed' : `ended its process (${end.code ?? end.signal ?? ''})`
    report(blamed, `the check ${how} ${failure} ${end.stderr}`)
    left = left.filter((index) => index !== blamed)
    if (!end.stuck) continue
    for (const index of left) report(index, 'not run: an earlier check left a process stuck in the kernel')
    left = []
  }
  await reported
}
