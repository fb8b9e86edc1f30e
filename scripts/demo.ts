import { whyNot } from './demo/can-mount.js'
import { stageOnClient } from './demo/on-client.js'
import { stageOnKernel } from './demo/on-kernel.js'
import type { Source, Stage, View } from './demo/stage.js'

/*
 * What `npm run demo` runs: mounts a directory with a cache that lasts for ever, looks at everything, changes the directory behind the
 * mount's back, and shows what a reader sees, and when; beside the same mount that is told nothing. Where nothing can be mounted, the
 * client in user space stands in for the kernel. Leaves nothing behind. Exits with 0 if nothing was stale, 3 if nothing can be shown
 * at all, else 1.
 */

/** What is not seen by then never will be, in ms. */
const LIMIT_MS = 10_000

/** One change of the source, and how it shows. */
interface Step {
  readonly title: string
  readonly change: (source: Source) => void
  readonly look: (view: View) => Promise<string>
  readonly expected: string
}

const STEPS: readonly Step[] = [
  {
    title: 'other content, of the same length',
    change: (source) => source.write('hello.txt', 'second'),
    look: (view) => view.read('hello.txt'),
    expected: 'second',
  },
  {
    title: 'a file that grows: its size',
    change: (source) => source.append('log.txt', ' line 2'),
    look: (view) => view.size('log.txt'),
    expected: '13',
  },
  {
    title: 'a new file, whose name was known to be missing',
    change: (source) => source.write('new.txt', 'here'),
    look: (view) => view.read('new.txt'),
    expected: 'here',
  },
  {
    title: 'a file that is removed',
    change: (source) => source.remove('old.txt'),
    look: (view) => view.size('old.txt'),
    expected: 'ENOENT',
  },
  {
    title: 'a file that is renamed: the listing',
    change: (source) => source.rename('log.txt', 'renamed.txt'),
    look: (view) => view.list(),
    expected: 'hello.txt new.txt renamed.txt',
  },
]

async function main(): Promise<number> {
  const reason = whyNot()
  let stage: Stage
  try {
    stage = reason === undefined ? await stageOnKernel() : await stageOnClient(reason)
  } catch (error) {
    console.log(`Nothing can be shown here: ${error instanceof Error ? error.message : String(error)}`)
    return reason === undefined ? 1 : 3
  }
  let isAllRight = true
  try {
    console.log(`${stage.how}\n`)
    stage.source.write('hello.txt', 'first!')
    stage.source.write('log.txt', 'line 1')
    stage.source.write('old.txt', 'old')
    for (const step of STEPS) if (!(await show(stage, step))) isAllRight = false
  } finally {
    await stage.end()
  }
  console.log(
    isAllRight ? 'Nothing was stale where changes are pushed. All is cleaned up.' : 'FAILED: something was stale',
  )
  return isAllRight ? 0 : 1
}

async function show({ source, told, untold }: Stage, { title, change, look, expected }: Step): Promise<boolean> {
  // Everybody has it in the cache, as it is now; the source was changed just before.
  const before = await warm(told, look)
  await warm(untold, look)
  const began = process.hrtime.bigint()
  change(source)
  const changed = process.hrtime.bigint()
  let seen = await look(told)
  while (seen !== expected && process.hrtime.bigint() - began < BigInt(LIMIT_MS) * 1_000_000n) {
    await new Promise(setImmediate)
    seen = await look(told)
  }
  const tookUs = Number((process.hrtime.bigint() - changed) / 1000n)
  const otherwise = await look(untold)
  console.log(`${title}\n  before:               ${before}`)
  console.log(`  changes are pushed:   ${seen}${seen === expected ? `, after ${tookUs} us` : '   <- STALE'}`)
  console.log(`  nobody is told:       ${otherwise}${otherwise === expected ? '' : '   <- stale, for ever'}\n`)
  return seen === expected
}

/** Looks until it stays as it is, for so long that nothing can be on its way any more. */
async function warm(view: View, look: (view: View) => Promise<string>): Promise<string> {
  let last = await look(view)
  for (let same = 0; same < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    const now = await look(view)
    same = now === last ? same + 1 : 0
    last = now
  }
  return last
}

process.exit(await main())
