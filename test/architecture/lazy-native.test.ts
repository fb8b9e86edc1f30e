import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ENTRIES } from './entries.js'
import { ROOT } from './source.js'

/*
 * An entry can be imported where no native code can load: each is imported in a process of its own, in which resolving
 * koffi and loading a native module both throw.
 */
const GUARD = `
import { createRequire, Module } from 'node:module'
const refuse = (what) => { throw new Error('native code is loaded: ' + what) }
process.dlopen = (module, file) => refuse(file)
const resolve = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  if (/^(koffi|@koromix)(\\/|$)|\\.node$/.test(request)) refuse(request)
  return resolve.call(this, request, ...rest)
}
globalThis.requireHere = createRequire(import.meta.url)
`
/** For ES modules, which do not go through the function above. */
const HOOKS = `export async function resolve(specifier, context, next) {
  if (/^(koffi|@koromix)(\\/|$)|\\.node$/.test(specifier)) throw new Error('native code is loaded: ' + specifier)
  return next(specifier, context)
}`
const REGISTER = `import { register } from 'node:module'
register(${JSON.stringify(dataUrl(HOOKS))})
${GUARD}`

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`
}

function guarded(code: string): { readonly status: number | null; readonly stderr: string } {
  // The guard is a data: URL, which has no directory to require from.
  const guard = REGISTER.replace('import.meta.url', JSON.stringify(pathToFileURL(`${ROOT}/guard.js`).href))
  const args = ['--no-warnings', '--import', dataUrl(guard), '--input-type=module', '-e', code]
  return spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', timeout: 20_000 })
}

for (const { specifier, built } of ENTRIES) {
  test(`importing ${specifier} loads no native code`, () => {
    const { status, stderr } = guarded(`await import(${JSON.stringify(pathToFileURL(`${ROOT}/${built}`).href)})`)
    assert.equal(status, 0, stderr)
  })
}

test('the guard does catch koffi, imported or required', () => {
  for (const code of [`await import('koffi')`, `requireHere('koffi')`]) {
    const { status, stderr } = guarded(code)
    assert.notEqual(status, 0)
    assert.match(stderr, /native code is loaded: koffi/, code)
  }
})
