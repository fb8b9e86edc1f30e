/** A memory filesystem in heavy use: random operations on files, trees that are made, walked and removed. */
import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { MemoryUsage } from '#src/fs/memory/options.js'
import { cannotMount } from '../../helpers/needs.js'
import { fromEnvironment } from '../../helpers/random.js'
import { serve, type Served } from '../../helpers/served.js'
import { runFsxProgram } from '../../tools/fsx/program.js'

const options = { skip: cannotMount(), timeout: 120_000 }
const run = promisify(execFile)

type Usage = MemoryUsage & { readonly errors: readonly string[] }

/** Waits for what the kernel does in the background: RELEASE, FORGET, dropping what nobody uses. */
async function usageOnce(served: Served, isReached: (usage: Usage) => boolean): Promise<Usage> {
  for (let tries = 100; ; tries -= 1) {
    const usage = (await served.ask()) as Usage
    if (isReached(usage) || tries === 0) return usage
    // What a cached name refers to stays known until the kernel is asked to let go of it.
    await writeFile('/proc/sys/vm/drop_caches', '2')
    await sleep(50)
  }
}

void test('20,000 random operations on a file', options, async (t) => {
  const { path } = await serve(t, 'memory')
  const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
  t.diagnostic(`seed ${seed}`)
  const { code, output } = await runFsxProgram(path, ['--ops', '20000', '--seed', String(seed)], 100_000)
  equal(code, 0, output)
  match(output, /^20000 operations in/mu)
  doesNotMatch(output, /is dropped/u)
})

void test('after heavy use nothing is known but the root, and nothing is held', options, async (t) => {
  const served = await serve(t, 'memory')
  const script = `
    set -e
    cd "$1"
    for round in 1 2 3; do
      mkdir -p a/b/c d
      for i in $(seq 300); do echo $i > a/b/$i; done
      for i in $(seq 100); do ln a/b/$i d/$i; mv a/b/$i a/b/c/; ln -s $i a/b/c/l$i; done
      ls -lR . > /dev/null
      find . -type f -newer a/b/300 > /dev/null
      cp -a a e
      diff -r a e
      mv e/b f
      tar cf - a | tar xf - -C d
      exec 5<> a/b/200
      rm a/b/200
      echo unlinked >&5
      flock d -c 'flock -n d true || true'
      exec 5>&-
      rm -rf a d e f
    done`
  await run('sh', ['-c', script, 'sh', served.path])
  const usage = await usageOnce(served, ({ knownNodes, handles }) => knownNodes === 1 && handles === 0)
  deepEqual(usage, { bytes: 0, inodes: 1, knownNodes: 1, handles: 0, errors: [] })
})

void test('what has a name stays when the kernel lets go of it', options, async (t) => {
  const served = await serve(t, 'memory')
  await run('sh', ['-c', 'mkdir d; cd d; for i in $(seq 200); do echo $i > $i; done; ls -l >/dev/null'], {
    cwd: served.path,
  })
  const usage = await usageOnce(served, ({ knownNodes, handles }) => knownNodes === 1 && handles === 0)
  deepEqual(usage, { bytes: 200 * 4096, inodes: 202, knownNodes: 1, handles: 0, errors: [] })
  const { stdout } = await run('sh', ['-c', 'cat d/* | sort -n | tail -1'], { cwd: served.path })
  equal(stdout, '200\n')
})

void test('set-id bits that a write took away are gone for one who asks for the mode alone', options, async (t) => {
  const { path } = await serve(t, 'memory')
  // As execve(2) does: it looks at the mode, and asks for nothing that the write made stale.
  const mode = async () => (await run('stat', ['-c', '%a', 'program'], { cwd: path })).stdout.trim()
  await run('sh', ['-c', 'echo > program; chown 1000:1000 program; chmod 6755 program'], { cwd: path })
  equal(await mode(), '6755')
  await run('sh', ['-c', 'echo changed >> program'], { cwd: path, uid: 1000, gid: 1000 })
  equal(await mode(), '755')
})
