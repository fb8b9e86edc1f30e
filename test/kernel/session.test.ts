import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { umountSync } from '#src/sys/mount.js'
import { cannotMount } from '../helpers/needs.js'
import { serve } from '../helpers/served.js'

/* Session, filesystem and mount under a real kernel; the server is a process of its own, see servers/hello.ts. */

const options = { skip: cannotMount(), timeout: 30_000 }

test('a listing, files that answer at once and later, and a name that is not there', options, async (t) => {
  const { path } = await serve(t, 'hello')
  assert.deepEqual((await readdir(path)).toSorted(), ['broken', 'hello', 'later', 'never', 'notes'])
  assert.equal(await readFile(join(path, 'hello'), 'utf8'), 'this is hello\n')
  assert.equal(await readFile(join(path, 'later'), 'utf8'), 'this is later\n')
  await assert.rejects(stat(join(path, 'absent')), { code: 'ENOENT' })
})

test('what is written comes back', options, async (t) => {
  const { path } = await serve(t, 'hello')
  await writeFile(join(path, 'notes'), 'remember this')
  assert.equal(await readFile(join(path, 'notes'), 'utf8'), 'remember this')
  const file = await open(join(path, 'notes'), 'r+')
  await file.truncate(8)
  await file.close()
  assert.equal(await readFile(join(path, 'notes'), 'utf8'), 'remember')
})

test('an errno is an answer, a fault is EIO and reported, and the session goes on', options, async (t) => {
  const { path, ask } = await serve(t, 'hello')
  await assert.rejects(readFile(join(path, 'broken')), { code: 'EIO' })
  const { errors } = (await ask()) as { errors: string[] }
  assert.ok(errors.length > 0 && errors.every((error) => error === 'READ: TypeError: a fault of the handler'))
  assert.equal(await readFile(join(path, 'hello'), 'utf8'), 'this is hello\n')
})

test('a reader that is killed aborts the signal of its request', options, async (t) => {
  const { path, next } = await serve(t, 'hello')
  const reading = next()
  const reader = spawn('cat', [join(path, 'never')], { stdio: 'ignore' })
  assert.equal(await reading, 'reading')
  const interrupted = next()
  reader.kill('SIGKILL')
  assert.equal(await interrupted, 'interrupted')
  assert.deepEqual(await once(reader, 'exit'), [null, 'SIGKILL'])
  assert.equal(await readFile(join(path, 'hello'), 'utf8'), 'this is hello\n')
})

test('unmounting ends the server in order', options, async (t) => {
  const { path, server, next } = await serve(t, 'hello')
  await stat(join(path, 'hello'))
  const said = next()
  const left = once(server, 'exit')
  umountSync(path, 0)
  assert.deepEqual(await said, { ended: 'ordinarily' })
  assert.equal((await left)[0], 0)
})
