/** Random operations on the content of files, on what has Node's fs API. */
import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { privateDirectory } from '../../helpers/directory.js'
import { cannotMount } from '../../helpers/needs.js'
import { fromEnvironment } from '../../helpers/random.js'
import { serve } from '../../helpers/served.js'
import { runFsxProgram } from '../../tools/fsx/program.js'

const options = { skip: cannotMount(), timeout: 100_000 }

for (const [name, fs, api] of [
  ['node:fs', 'node', 'promises'],
  ['node:fs, its functions that block', 'node', 'sync'],
  ['memfs', 'memfs', 'promises'],
  ['memfs, its functions that block', 'memfs', 'sync'],
] as const) {
  void test(`5000 operations on ${name}`, options, async (t) => {
    const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
    const root = fs === 'node' ? privateDirectory(t) : '/'
    const { path, ask } = await serve(t, 'node', fs, JSON.stringify({ root, api }))
    const { code, output } = await runFsxProgram(path, ['--ops', '5000', '--seed', String(seed)], 80_000)
    t.diagnostic(output.trim().split('\n').at(-1) ?? '')
    equal(code, 0, output)
    const { errors } = (await ask()) as { errors: string[] }
    equal(errors.join('\n'), '')
  })
}
