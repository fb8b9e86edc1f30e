import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'

const folder = new URL('../../../../dist/sys/', import.meta.url)

/** Runs `code` as a module in a Node of its own, in which `require('koffi')` fails. */
function runWithoutKoffi(code: string) {
  const hook = `import Module from 'node:module'
    const load = Module._load
    Module._load = function (request, ...rest) {
      if (request === 'koffi') throw new Error('koffi is not for this machine')
      return load.call(this, request, ...rest)
    }`
  const preload = `data:text/javascript,${encodeURIComponent(hook)}`
  return spawnSync(process.execPath, ['--import', preload, '--input-type=module', '-e', code], { encoding: 'utf8' })
}

test('every file of sys can be imported where koffi cannot be loaded', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'))
  assert.ok(files.length > 15)
  const imports = files.map((name) => `await import(${JSON.stringify(new URL(name, folder).href)})`)
  const child = runWithoutKoffi(imports.join('\n'))
  assert.equal(child.status, 0, child.stderr)
})

test('the first system call says in one error that koffi cannot be loaded, and why', () => {
  const file = JSON.stringify(new URL('open.js', folder).href)
  const child = runWithoutKoffi(`const { open } = await import(${file})
    try { open('/', 0) } catch (error) { console.log(error.name, error.code, '|', error.message, '|', error.cause.message) }`)
  assert.equal(
    child.stdout.trim(),
    'UnsupportedError ERR_UNSUPPORTED | system calls need the package koffi, which cannot be loaded here | koffi is not for this machine',
    child.stderr,
  )
})

test('another platform is refused before koffi is looked for', () => {
  const file = JSON.stringify(new URL('open.js', folder).href)
  const child = runWithoutKoffi(`const { open } = await import(${file})
    Object.defineProperty(process, 'platform', { value: 'darwin' })
    try { open('/', 0) } catch (error) { console.log(error.code, error.message, error.cause) }`)
  assert.match(
    child.stdout,
    /^ERR_UNSUPPORTED system calls need Linux on x64 or arm64, this is darwin on \w+ undefined/,
  )
})
