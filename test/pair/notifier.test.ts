import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { isPending, pair, settled } from '../helpers/pair.js'

/* The notifier of a session, and a client that answers it as the kernel does. */

const BASIC = { mask: 0x7ff }
const F = 2 as NodeId

test('the notifier hears what became of a notification', async () => {
  const p = pair()
  p.server.openFlags = { keepCache: true }
  p.server.add('/f', 'old content')
  assert.equal(await p.fs.readFile('/f', 'utf8'), 'old content')
  p.server.find('/f')!.data = Buffer.from('new content')
  assert.equal(await p.fs.readFile('/f', 'utf8'), 'old content')
  const { notifier } = p.session
  assert.equal((await notifier.invalInode(F)).outcome, 'applied')
  assert.equal(await p.fs.readFile('/f', 'utf8'), 'new content')
  assert.equal((await notifier.invalEntry(1 as NodeId, 'f')).outcome, 'applied')
  assert.equal((await notifier.invalEntry(1 as NodeId, 'absent')).outcome, 'not-cached')
  await p.close()
})

test('a notification that waits for a READ is taken once that is answered, and holds nothing else up', async () => {
  const p = pair()
  p.server.add('/f', 'content')
  p.server.add('/g', '')
  const file = await p.fs.open('/f')
  const hold = p.hold('READ')
  const reading = file.read(new Uint8Array(7), 0, 7, 0)
  await hold.request
  const notifying = p.session.notifier.invalInode(F)
  assert.equal(await isPending(notifying), true)
  await p.fs.stat('/g', BASIC)
  hold.release()
  assert.equal((await notifying).outcome, 'applied')
  await reading
})

test('stored bytes are read without a request, and retrieved', async () => {
  const p = pair()
  p.server.openFlags = { keepCache: true }
  p.server.add('/f', new Uint8Array(8192))
  const file = await p.fs.open('/f')
  p.log()
  const bytes = new Uint8Array(8192).fill(7)
  assert.equal((await p.session.notifier.store(F, 0, bytes)).outcome, 'applied')
  assert.deepEqual((await file.read(new Uint8Array(8192), 0, 8192, 0)).buffer, bytes)
  assert.deepEqual(await p.session.notifier.retrieve(F, 100, 4000), bytes.slice(0, 4000))
  assert.deepEqual(
    p.log().filter((line) => !line.startsWith('NOTIFY_REPLY')),
    [],
  )
})

test('an invalidation that meets a reply on its way is not lost', async () => {
  const p = pair()
  const f = p.server.add('/f', 'old')
  const hold = p.hold('LOOKUP')
  const asking = p.fs.stat('/f', BASIC)
  await hold.request
  f.data = Buffer.from('a new size')
  const notifying = p.session.notifier.invalInode(F)
  await settled()
  hold.release()
  await asking
  await notifying
  assert.equal((await p.fs.stat('/f', BASIC)).size, 10)
})

test('everything is looked up again after incEpoch; prune forgets', async () => {
  const p = pair()
  p.server.add('/f', '')
  await p.fs.stat('/f', BASIC)
  await p.session.notifier.incEpoch()
  p.log()
  await p.fs.stat('/f', BASIC)
  assert.deepEqual(p.log(), ['LOOKUP f'])
  await p.session.notifier.prune([F])
  await settled()
  assert.equal(p.server.lookups.get(F), 0)
})
