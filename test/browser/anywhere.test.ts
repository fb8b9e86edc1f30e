import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/* The same program where there is no Node: its modules refused, its globals gone, and as on other systems. */

const PROGRAM = new URL('program.js', import.meta.url).href
const HOOKS = new URL('no-node.js', import.meta.url).href

/** Runs the program in a process of its own, after `before`; answers what went wrong, or nothing. */
function run(before: string): string {
  const script = `
    import { register } from 'node:module'
    import assert from 'node:assert/strict'
    import { writeSync } from 'node:fs'
    register(${JSON.stringify(HOOKS)})
    const { exit } = process
    try {
      ${before}
      const { EXPECTED, runEverywhere } = await import(${JSON.stringify(PROGRAM)})
      const seen = await runEverywhere()
      assert.deepEqual(seen, EXPECTED)
      writeSync(1, 'as expected')
    } catch (error) {
      writeSync(1, String(error.stack))
    }
    exit(0)
  `
  const args = ['--input-type=module', '--eval', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 50_000 })
  return stdout === 'as expected' ? '' : `${stdout}\n${stderr}`
}

test('without the modules of Node', () => {
  assert.equal(run(''), '')
})

test('without the globals of Node', () => {
  const gone = ['Buffer', 'process', 'setImmediate', 'clearImmediate', 'global']
  assert.equal(run(`for (const name of ${JSON.stringify(gone)}) delete globalThis[name]`), '')
})

for (const platform of ['win32', 'darwin']) {
  test(`with Node on ${platform}`, () => {
    assert.equal(run(`Object.defineProperty(process, 'platform', { value: '${platform}' })`), '')
  })
}

test('the modules of Node are really refused', () => {
  const seen = run(`await import(${JSON.stringify(new URL('../../../dist/sys/ffi.js', import.meta.url).href)})`)
  assert.match(seen, /refused: node:module/)
})

test('globals that are used without looking would be missed', () => {
  assert.match(run('delete globalThis.TextDecoder'), /TextDecoder is not defined/)
})
