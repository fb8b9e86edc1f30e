/**
 * The process that touches a target. Its one argument is a {@link Job}; it tells about each check on standard output,
 * one line of JSON before and one after. The parent kills it when a check takes too long.
 */
import { writeSync } from 'node:fs'
import { posix } from '../../helpers/posix.js'
import type { Check } from './check.js'
import { callClient } from './client/calls.js'
import { Context } from './context.js'
import { become, type Credentials, dieWithParent } from './credentials.js'
import { findGroup } from './groups.js'
import { removeTree } from './remove-tree.js'

export type Job =
  | { readonly kind: 'prepare'; readonly dir: string; readonly as: Credentials | null; readonly owner?: Credentials }
  | { readonly kind: 'clean'; readonly dir: string; readonly as: Credentials | null }
  | {
      readonly kind: 'checks'
      readonly dir: string
      readonly as: Credentials | null
      readonly group: string
      /** Which checks of the group, by index. */
      readonly indices: readonly number[]
      /** On the client, with a memory filesystem of its own, instead of what the kernel has at `dir`. */
      readonly onClient: boolean
    }

export type Line =
  | { readonly event: 'start'; readonly index: number }
  | { readonly event: 'end'; readonly index: number; readonly error?: string }
  | { readonly event: 'failed'; readonly error: string }

/** Written at once: `process.stdout` may keep a line back, which would be lost when a check ends or hangs the process. */
function tell(line: Line): void {
  let bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes))
}

async function runCheck(check: Check, dir: string, start?: StartAgent): Promise<string | undefined> {
  let t: Context | undefined
  const errors: unknown[] = []
  try {
    t = new Context(dir, start)
    await check.run(t)
  } catch (error) {
    errors.push(error)
  }
  try {
    await t?.dispose()
  } catch (error) {
    errors.push(new Error('cleaning up failed', { cause: error }))
  }
  if (errors.length === 0) return undefined
  return errors.map((error) => (error instanceof Error ? (error.stack ?? error.message) : String(error))).join('\n')
}

type StartAgent = ReturnType<typeof callClient>

async function run(job: Job): Promise<void> {
  become(job.as)
  dieWithParent()
  posix.umask(0o022)
  switch (job.kind) {
    case 'prepare':
      posix.mkdir(job.dir, 0o755)
      if (job.owner !== undefined) posix.chown(job.dir, job.owner.uid, job.owner.gid)
      return
    case 'clean':
      removeTree(job.dir)
      return
    case 'checks':
      await runChecks(job, job.onClient ? callClient() : undefined)
  }
}

async function runChecks(job: Job & { readonly kind: 'checks' }, start?: StartAgent): Promise<void> {
  const { checks } = findGroup(job.group)
  for (const index of job.indices) {
    tell({ event: 'start', index })
    const error = await runCheck(checks[index]!, `${job.dir}/${job.group}-${index}`, start)
    tell(error === undefined ? { event: 'end', index } : { event: 'end', index, error })
  }
  await Context.endPool()
}

try {
  await run(JSON.parse(process.argv[2]!) as Job)
  process.exit(0)
} catch (error) {
  tell({ event: 'failed', error: String(error) })
  process.exit(1)
}
