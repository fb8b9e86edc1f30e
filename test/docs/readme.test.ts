import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
// Inside of the repository, so that the name of the package leads to this build of it.
const directory = mkdtempSync(join(ROOT, 'build', 'readme-'))
after(() => rmSync(directory, { recursive: true, force: true }))

function block(language: string): string {
  const found = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(readme)
  assert.ok(found, `README.md has no block of ${language}`)
  return found[1]!
}

function node(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
  assert.equal(status, 0, `${stdout}\n${stderr}`)
  return stdout
}

test('the example of README.md compiles and prints what is said there', () => {
  const file = join(directory, 'example.ts')
  writeFileSync(file, block('ts'))
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['--ignoreConfig', '--strict', '--target', 'es2022', '--types', 'node', '--typeRoots']
  const types = join(ROOT, 'node_modules', '@types')
  const how = ['--module', 'nodenext', '--rootDir', directory, '--outDir', directory]
  node(tsc, ...options, types, ...how, file)
  assert.equal(node(join(directory, 'example.js')), block('text'))
})

test('README.md is short, and opens with the two commands', () => {
  assert.ok(readme.split('\n').length < 150)
  const commands = block('sh')
  assert.match(commands, /^npm ci && npm run \S+ -- \S+ /m)
  assert.match(commands, /^npm ci && npm test /m)
})
