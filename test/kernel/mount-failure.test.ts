import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { abortConnection } from '#src/kernel/fusectl.js'
import { connectionNumber, findMount } from '#src/kernel/mountinfo.js'
import { MNT } from '#src/sys/constants.js'
import { umountSync } from '#src/sys/mount.js'
import { privateDirectory } from '../helpers/directory.js'
import { cannotMount } from '../helpers/needs.js'

/* mount() that fails after the kernel has mounted: nothing is left of it, neither mount nor descriptor nor process. */

const options = { skip: cannotMount(), timeout: 30_000 }

/** Runs `mount(fs, path, options)` in a process of its own; answers what it failed with. */
async function failure(t: TestContext, fs: string, mountOptions = '{}'): Promise<string> {
  const path = join(privateDirectory(t), 'mnt')
  mkdirSync(path)
  const index = new URL('../../../dist/index.js', import.meta.url).href
  const script = `
    import { readdirSync } from 'node:fs'
    import { mount } from ${JSON.stringify(index)}
    // The first mount loads what stays loaded.
    const descriptors = () => readdirSync('/proc/self/fd').length
    const attempt = () => mount(${fs}, ${JSON.stringify(path)}, ${mountOptions}).then(() => 'mounted', (error) => error.code + ': ' + error.message)
    const said = await attempt()
    const before = descriptors()
    await attempt()
    console.log(said)
    console.log(descriptors() - before)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 15_000,
    killSignal: 'SIGKILL',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  const left = findMount(path)
  if (left !== undefined) {
    abortConnection(connectionNumber(left))
    umountSync(path, MNT.DETACH)
  }
  assert.equal(left, undefined, `${path} is still mounted: ${output}`)
  // It has ended by itself: nothing keeps it alive.
  assert.equal(code, 0, output)
  const [said, leaked] = output.trim().split('\n')
  assert.equal(leaked, '0', 'descriptors of the second attempt that are still open')
  return said!
}

test('a filesystem whose init throws', options, async (t) => {
  const said = await failure(t, `{ init() { throw Object.assign(new Error('not today'), { code: 'ERR_TODAY' }) } }`)
  assert.equal(said, 'ERR_TODAY: not today')
})

test('a wish that cannot be granted', options, async (t) => {
  const said = await failure(t, '{}', '{ init: { allowIdmap: true } }')
  assert.match(said, /^ERR_UNSUPPORTED: ALLOW_IDMAP needs default_permissions/)
})

test('a number that is out of its range', options, async (t) => {
  assert.match(await failure(t, '{}', '{ init: { maxWrite: 1.5 } }'), /maxWrite is 1\.5; it must be a whole number/)
  assert.match(await failure(t, '{}', '{ init: { maxWrite: 1e15 } }'), /maxWrite is 1000000000000000; it must be/)
})
