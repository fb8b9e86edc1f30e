import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIR, FILE, harness, ROOT } from './harness.js'

/* What makes no sense, and what the kernel refuses. */

type Harness = Awaited<ReturnType<typeof harness>>
type Call = (h: Harness) => Promise<unknown>

const REFUSED: Readonly<Record<string, readonly [Call, RegExp]>> = {
  'a path that leads up': [({ changes }) => changes.modified('d/../f'), /"d\/\.\.\/f": '\.\.' is no name/],
  'a path with a dot': [({ changes }) => changes.created('./f'), /'\.' is no name/],
  'a NUL': [({ changes }) => changes.removed('d/f\0'), /no file can have this name/],
  'a slash in a name': [({ changes }) => changes.created(DIR, 'a/b'), /no slash/],
  'no name': [({ changes }) => changes.created(DIR, ''), /a name is missing/],
  'a node without a name': [({ changes }) => changes.created(DIR as unknown as string), /say \(parent, name\)/],
  'the root, removed': [({ changes }) => changes.removed('/'), /the root has no name/],
  'a negative offset': [({ changes }) => changes.modified('d/f', { offset: -1 }), /offset is -1/],
  'a size that is no number': [({ changes }) => changes.modified('d/f', { size: NaN }), /size is NaN/],
  'a length that is not that of the data': [
    ({ changes }) => changes.modified('d/f', { data: Buffer.alloc(3), length: 4 }),
    /length is 4, and there are 3 bytes/,
  ],
  'data behind the end': [
    ({ changes }) => changes.modified('d/f', { data: Buffer.alloc(3), size: 2 }),
    /the data ends at byte 3, behind the size 2/,
  ],
  'attributes alone, and a range': [
    ({ changes }) => changes.modified('d/f', { attributesOnly: true, offset: 1 }),
    /attributesOnly goes without/,
  ],
}

for (const [name, [call, message]] of Object.entries(REFUSED)) {
  test(`refused, and nothing is sent: ${name}`, async () => {
    const h = await harness()
    h.lookup(ROOT, 'd')
    h.lookup(DIR, 'f')
    await assert.rejects(call(h), message)
    assert.deepEqual(h.port.texts, [])
  })
}

test('a batch whose recorder throws tells nothing', async () => {
  const h = await harness()
  h.lookup(ROOT, 'd')
  const failing = h.changes.batch((batch) => {
    batch.created('d/new')
    throw new Error('changed my mind')
  })
  await assert.rejects(failing, /changed my mind/)
  assert.deepEqual(h.port.texts, [])
})

test('an object, where the filesystem cannot tell its node', async () => {
  const h = await harness()
  const { Changes } = await import('#src/changes/changes.js')
  const changes = new Changes({ ...h.context, nodeOf: undefined })
  await assert.rejects(changes.modified({ node: FILE }), /has no method nodeOf/)
  assert.equal((await h.changes.modified({})).outcome, 'not-cached')
})

test('a directory with something in use in it: removed all the same', async () => {
  const h = await harness()
  h.lookup(ROOT, 'd')
  h.fs.names.delete('1/d')
  const removed = h.changes.removed('d')
  await h.port.answer('DELETE', 'ENOTEMPTY')
  await h.flow()
  assert.equal((await removed).outcome, 'applied')
})

test('what the kernel refuses otherwise is told', async () => {
  const h = await harness()
  h.lookup(ROOT, 'd')
  h.lookup(DIR, 'missing')
  const created = h.changes.created('d/missing')
  created.catch(() => undefined)
  await h.port.answer('INVAL_ENTRY', 'EIO')
  await h.flow()
  await assert.rejects(created, { name: 'NotifyError', code: 'EIO' })
})
