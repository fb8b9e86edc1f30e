import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIR, ROOT, settle } from './harness.js'
import { Held, sessionHarness } from './session-harness.js'

/*
 * The kernel moves what it has by the old name to the new one. If the old name was told to be stale, and the telling waits
 * for the very directory that rename(2) holds locked, that is another object than the one that the source has moved.
 */

const RENAME = { op: 'RENAME', fuse_rename_in: { newdir: DIR }, oldname: 'old', newname: 'new' } as never
const exchange = { newdir: DIR, flags: 2 }
const EXCHANGE = { op: 'RENAME2', fuse_rename2_in: exchange, oldname: 'old', newname: 'new' } as never

/** The root has the directory DIR. */
function renaming(held = new Held()) {
  const entry = { node: DIR, attr: { mode: 0o40755 } }
  const made = sessionHarness({ lookup: () => entry, rename: () => held.hold(undefined) })
  made.ask({ op: 'LOOKUP', name: 'd' } as never, ROOT)
  return { ...made, held }
}

test('nothing is told of a name that nobody was told of', async () => {
  const { ask, held, port } = renaming()
  ask(RENAME, ROOT)
  await held.release()
  assert.deepEqual(port.texts, [])
})

test('the new name is told if the old one has not been taken yet', async () => {
  const { ask, held, port, notify } = renaming()
  void notify.invalEntry(ROOT, 'old')
  ask(RENAME, ROOT)
  await held.release()
  assert.deepEqual(port.held, ['INVAL_ENTRY 1 old', 'INVAL_ENTRY 2 new'])
})

test('or if it was told while the handler was at work', async () => {
  const { ask, held, port, notify } = renaming()
  ask(RENAME, ROOT)
  void notify.invalEntry(ROOT, 'any other')
  await port.answerAll()
  await held.release()
  assert.deepEqual(port.held, ['INVAL_ENTRY 2 new'])
})

test('not if it was taken before, nor for the sake of the directory that it is moved to', async () => {
  const { ask, held, port, notify } = renaming()
  void notify.invalEntry(ROOT, 'old')
  await port.answerAll()
  await settle()
  void notify.invalEntry(DIR, 'whatever')
  ask(RENAME, ROOT)
  await held.release()
  assert.deepEqual(port.held, ['INVAL_ENTRY 2 whatever'])
})

test('both names, if they are exchanged', async () => {
  const { ask, held, port, notify } = renaming()
  void notify.invalEntry(DIR, 'new')
  ask(EXCHANGE, ROOT)
  await held.release()
  assert.deepEqual(port.held, ['INVAL_ENTRY 2 new', 'INVAL_ENTRY 1 old'])
})

test('a rename that failed moves nothing', async () => {
  const { ask, port, notify } = sessionHarness({
    rename: () => Promise.reject(Object.assign(new Error(), { code: 'ENOENT' })),
  })
  void notify.invalEntry(ROOT, 'old')
  ask(RENAME, ROOT)
  await settle()
  assert.deepEqual(port.held, ['INVAL_ENTRY 1 old'])
})

test('the new name is asked for again where changes are told late, for it may be another object than the kernel thinks', async () => {
  const { ask, held, port, session } = renaming()
  session.coherence.races.feedBegins()
  ask(RENAME, ROOT)
  await held.release()
  assert.deepEqual(port.held, ['EXPIRE 2 new'])
  await port.answerAll()
  session.coherence.races.feedEnds()
  ask(RENAME, ROOT)
  await held.release()
  assert.deepEqual(port.held, ['INVAL_ENTRY 2 new'], 'and all the more where they are told no more')
})
