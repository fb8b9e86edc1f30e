import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../notify/harness.js'
import { DIR, FILE, harness, ROOT } from './harness.js'

test('bytes that are on their way count as cached, even if the file is given back and got again before them', async () => {
  const { changes, port, lookup, open, close, read, forget, holdings } = await harness()
  lookup(ROOT, 'd')
  lookup(DIR, 'f')
  open(FILE)
  read(FILE)
  const first = changes.modified(FILE, { data: Buffer.from('one') })
  await settle()
  close(FILE)
  forget(FILE)
  lookup(DIR, 'f')
  const second = changes.modified(FILE, { data: Buffer.from('two') })
  await port.answerAll()
  await Promise.all([first, second])
  assert.deepEqual(port.texts.slice(0, 3), ['STORE 3 0+3', 'INVAL_INODE 3 attributes', 'INVAL_INODE 3 0+3'])
  assert.ok(holdings.hasContent(FILE), 'the first bytes may be there')
})

test('bytes for what is no regular file: the content is dropped instead', async () => {
  const { changes, port, lookup, open, read } = await harness()
  lookup(ROOT, 'd')
  lookup(DIR, 'l')
  open(5 as typeof FILE)
  read(5 as typeof FILE)
  const result = changes.modified('d/l', { data: Buffer.from('target') })
  await port.answer('STORE', 'EINVAL')
  await port.answerAll()
  assert.equal((await result).outcome, 'applied')
  assert.equal(port.texts.at(-1), 'INVAL_INODE 5 0+end')
})
