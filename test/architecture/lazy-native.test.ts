import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './sources.js'

/** Prints the native code that importing `file` of dist loads: calls of process.dlopen, and modules of koffi. */
const PROBE = `
  import { createRequire } from 'node:module'
  const loaded = []
  const { dlopen } = process
  process.dlopen = (module, path, ...rest) => {
    loaded.push(path)
    return dlopen.call(process, module, path, ...rest)
  }
  const [file, then] = process.argv.slice(1)
  const module = await import(file)
  if (then !== undefined) module[then]()
  const modules = Object.keys(createRequire(file).cache)
  loaded.push(...modules.filter((path) => /[\\\\/]koffi[\\\\/]/.test(path)))
  console.log(JSON.stringify(loaded))
`

function nativeCode(file: string, then?: string): string[] {
  const url = new URL(file, `file://${ROOT}`).href
  const args = ['--input-type=module', '--eval', PROBE, url, ...(then === undefined ? [] : [then])]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout) as string[]
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}

for (const [entry, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue
  test(`importing fusewire${entry.slice(1)} loads no native code`, () => {
    assert.deepEqual(nativeCode(target.default), [])
  })
}

const here = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64')

test('the probe sees native code where it is used', { skip: !here && 'needs Linux on x64 or arm64' }, () => {
  assert.deepEqual(nativeCode('./dist/sys/ffi.js'), [], 'the import alone loads nothing')
  const loaded = nativeCode('./dist/sys/ffi.js', 'loadFfi')
  assert.ok(
    loaded.some((path) => path.endsWith('.node')),
    loaded.join(', '),
  )
  assert.ok(
    loaded.some((path) => /koffi/.test(path)),
    loaded.join(', '),
  )
})
