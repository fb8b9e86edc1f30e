import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { hasFuse } from '../../runner/run-all.js'

const RUN = fileURLToPath(new URL('../../run.js', import.meta.url))
const HEAD = "import { test, describe } from 'node:test'\nimport assert from 'node:assert'\n"

interface Run {
  readonly status: number | null
  readonly out: string
}

/** Runs the runner on files (path: text) of a directory of their own. */
function run(files: Record<string, string>, ...options: string[]): Run {
  const root = mkdtempSync(join(tmpdir(), 'fusewire-runner-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), HEAD + text)
    }
    writeFileSync(join(root, 'package.json'), '{"type":"module"}')
    const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, '--root', root, ...options], {
      encoding: 'utf8',
      timeout: 30_000,
      maxBuffer: 1 << 26,
    })
    return { status, out: stdout + stderr }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Whether a process is gone, or waits for somebody to take note that it is. */
function isDead(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return true
  }
}

function lastLine(out: string): string | undefined {
  return out.trimEnd().split('\n').at(-1)
}

test('passing files pass, with a line each and the totals', () => {
  const { status, out } = run({
    'a.test.js': "test('one', () => {})\ndescribe('S', () => { test('two', () => {}) })",
    'deep/b.test.js': "test('three', () => { console.log('chatter') })",
    'helper.js': 'throw new Error("not a test file")',
  })
  assert.equal(status, 0, out)
  assert.match(out, /^ok {3}a\.test\.js {2}2 passed/m)
  assert.match(out, /^ok {3}deep\/b\.test\.js {2}1 passed/m)
  assert.doesNotMatch(out, /chatter/)
  assert.match(out, /^# tests 3\n# pass 3\n# fail 0\n# skipped 0$/m)
  assert.equal(lastLine(out), '3 passed, 0 failed, 0 skipped')
})

test('a failing test fails the run, and is shown in full with what its file printed', () => {
  const text =
    "describe('S', () => { test('bad', () => { console.log('a hint'); assert.equal(1, 2, 'sums') }) })\ntest('good', () => {})"
  const { status, out } = run({ 'a.test.js': text })
  assert.equal(status, 1)
  assert.match(out, /✖ S > bad/)
  assert.match(out, /AssertionError.*sums[^]*at /)
  assert.match(out, /a hint/)
  assert.equal(lastLine(out), '1 passed, 1 failed, 0 skipped')
})

test('many failing tests of one file do not hold the run up', () => {
  const { status, out } = run({
    'a.test.js': "for (let i = 0; i < 2000; i++) test('t' + i, () => assert.equal(i, -1))",
  })
  assert.equal(status, 1)
  assert.equal(lastLine(out), '0 passed, 2000 failed, 0 skipped')
})

test('a file that hangs is killed at its limit and named, and the others still run', () => {
  const files = {
    'hang.test.js': "test('fine', () => {})\ntest('hangs', () => new Promise(() => setInterval(() => {}, 1000)))",
    'ok.test.js': "test('fine too', () => {})",
    'spin.test.js': "test('spins', () => { for (;;) {} })",
  }
  const { status, out } = run(files, '--limit', '1')
  assert.equal(status, 1)
  assert.match(out, /hang\.test\.js ran longer than 1 s and was killed/)
  assert.match(out, /spin\.test\.js ran longer than 1 s and was killed/)
  assert.equal(lastLine(out), '2 passed, 2 failed, 0 skipped')
})

test('a file that does not load, ends early, or has no test fails', () => {
  const { status, out } = run({
    'load.test.js': "import './nowhere.js'",
    'early.test.js': "test('leaves', () => process.exit(0))",
    'none.test.js': '',
  })
  assert.equal(status, 1)
  assert.match(out, /nowhere\.js/)
  assert.match(out, /early\.test\.js ended before its tests did/)
  assert.match(out, /none\.test\.js ended before its tests did, or has none/)
})

test('a skip passes and its reason is printed', () => {
  const { status, out } = run({
    'a.test.js': "test('later', { skip: 'wants a moon' }, () => {})\ntest('now', () => {})",
    'b.test.js': "describe('all', { skip: 'wants two' }, () => { test('x', () => {}) })",
  })
  assert.equal(status, 0, out)
  assert.match(out, /skipped: later: wants a moon/)
  assert.match(out, /skipped: all: wants two/)
  assert.equal(lastLine(out), '1 passed, 0 failed, 2 skipped')
})

test('a skip for want of /dev/fuse fails where there is one', () => {
  const { status } = run({ 'a.test.js': "test('m', { skip: 'needs /dev/fuse' }, () => {})\ntest('now', () => {})" })
  assert.equal(status, hasFuse() ? 1 : 0)
})

test('a run without any test fails, filters included', () => {
  assert.equal(run({ 'a.test.js': "test('one', () => {})" }, 'nothing-like-it').status, 1)
  const { status, out } = run({ 'a.test.js': "test('one', () => {})", 'b.test.js': "test('two', () => {})" }, 'b.test')
  assert.equal(status, 0, out)
  assert.doesNotMatch(out, /a\.test\.js/)
})

test('a process left behind fails, detached or not, and is ended', { skip: process.platform !== 'linux' }, () => {
  const start = (detached: boolean) =>
    "import { spawn } from 'node:child_process'\n" +
    `test('starts', () => { const c = spawn('sleep', ['77.25'], { detached: ${String(detached)}, stdio: 'ignore' }); c.unref(); console.log(c.pid) })`
  const { status, out } = run({ 'a.test.js': start(true), 'b.test.js': start(false) })
  assert.equal(status, 1)
  const pids = [...out.matchAll(/left process (\d+) behind: sleep 77\.25/g)].map(([, pid]) => Number(pid))
  assert.equal(pids.length, 2, out)
  for (const pid of pids) assert.ok(isDead(pid), `${pid} lives`)
})

const noMount = hasFuse() ? false : 'needs /dev/fuse'

test('a mount left behind fails, and is taken away', { skip: noMount }, () => {
  const mountFuse = import.meta.resolve('#src/kernel/mount-fuse.js')
  const { status, out } = run({
    'kernel/a.test.js':
      `import { mountFuse } from '${mountFuse}'\nimport fs from 'node:fs'\nimport os from 'node:os'\n` +
      "test('mounts', async () => { const d = fs.mkdtempSync(os.tmpdir() + '/m-'); await mountFuse(d) })",
  })
  assert.equal(status, 1, out)
  const point = /kernel\/a\.test\.js left a mount behind: \d+ (\S+)/.exec(out)?.[1]
  assert.ok(point !== undefined, out)
  assert.ok(!readFileSync('/proc/self/mountinfo', 'latin1').includes(` ${point} `), `${point} is still mounted`)
})

test('temporary files of tests are removed with the run', () => {
  const { status, out } = run({
    'a.test.js':
      "import os from 'node:os'\nimport fs from 'node:fs'\ntest('t', () => { fs.writeFileSync(os.tmpdir() + '/x', ''); assert.match(os.tmpdir(), /fusewire-test-/) })",
  })
  assert.equal(status, 0, out)
})
