import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { place } from '../helpers/command.js'
import { blocks, compile, printed, ROOT } from '../helpers/examples.js'
import { cannotMount } from '../helpers/needs.js'

const examples = blocks('README.md', 'ts')
const [session] = blocks('README.md', 'text')

test('every example of README.md compiles', () => {
  assert.equal(examples.length, 2)
  for (const example of examples) compile(example)
})

const options = { skip: cannotMount(), timeout: 60_000 }

test('the filesystem of README.md is what is said there', options, async (t) => {
  const { mountpoint } = place(t)
  const child = spawn(process.execPath, [compile(examples[0]!), mountpoint], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [unknown]
  assert.ok(typeof line === 'string', `it exited with ${String(line)} before it was mounted`)
  assert.match(line, new RegExp(`^mounted at ${mountpoint}: .+`))
  const ls = (await readdir(mountpoint)).join('\n')
  const cat = await readFile(join(mountpoint, 'hello'), 'utf8')
  assert.equal(`$ ls /mnt/hello\n${ls}\n$ cat /mnt/hello/hello\n${cat}`, session)
  await assert.rejects(readFile(join(mountpoint, 'absent')), { code: 'ENOENT' })
  child.kill('SIGINT')
  assert.deepEqual(await ended, [0, null])
})

test('the example of docs/wire.md prints what is said there', () => {
  const [example] = blocks('docs/wire.md', 'ts')
  assert.equal(printed(compile(example!)), blocks('docs/wire.md', 'text')[0])
})

test('README.md is short, and opens with the two commands', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  assert.ok(readme.split('\n').length < 150)
  const [commands] = blocks('README.md', 'sh')
  assert.match(commands!, /^npm ci && npm run demo /m)
  assert.match(commands!, /^npm ci && npm test /m)
})
