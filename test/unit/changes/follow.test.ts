import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import type { Change, ChangeBatch } from '#src/changes/feed.js'
import { Follower, type FeedGap, type FollowOptions } from '#src/changes/follow.js'
import { settle } from '../notify/harness.js'
import { DIR, FILE, harness, ROOT } from './harness.js'

/* Feeds that are followed: order, cursors, gaps, ends, and how much of them is in memory. */

type Harness = Awaited<ReturnType<typeof harness>>

/** A feed to which the test adds, and which counts what was taken from it. */
class TestFeed implements AsyncIterable<ChangeBatch<number>> {
  taken = 0
  returned = 0
  private readonly batches: (ChangeBatch<number> | Error | 'end')[] = []
  private wake: () => void = () => undefined

  add(...batches: (ChangeBatch<number> | Error | 'end')[]): void {
    this.batches.push(...batches)
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChangeBatch<number>> {
    try {
      for (;;) {
        while (this.batches.length === 0) await new Promise<void>((resolve) => (this.wake = resolve))
        const batch = this.batches.shift()!
        if (batch === 'end') return
        if (batch instanceof Error) throw batch
        this.taken += 1
        yield batch
      }
    } finally {
      this.returned += 1
    }
  }
}

function follow(h: Harness, options: FollowOptions<number> = {}) {
  const feed = new TestFeed()
  const gaps: FeedGap[] = []
  const cursors: number[] = []
  let close!: () => void
  const closed = new Promise<void>((resolve) => (close = resolve))
  const { changes, session, context } = h
  const following = new Follower(
    feed,
    { saveCursor: (cursor) => void cursors.push(cursor), onGap: (gap) => void gaps.push(gap), ...options },
    { changes, races: session.coherence.races, turn: context.turn, closed },
  )
  return { feed, gaps, cursors, following, close }
}

const modified = (path: string): Change => ({ is: 'modified', path })

async function read() {
  const h = await harness()
  h.lookup(ROOT, 'd')
  h.lookup(DIR, 'f', 'g')
  h.read(FILE)
  h.read(4 as NodeId)
  // Else what is told of them is taken on the spot.
  h.open(FILE)
  h.open(4 as NodeId)
  return h
}

test('a cursor is saved when the kernel has taken the change, and not before', async () => {
  const h = await read()
  const { feed, cursors } = follow(h)
  feed.add({ changes: [modified('d/f')], cursor: 1 })
  await settle()
  assert.deepEqual(h.port.at, ['INVAL_INODE 3 0+end'])
  assert.deepEqual(cursors, [])
  await h.flow()
  assert.deepEqual(cursors, [1])
})

test('cursors are saved in order, whatever the kernel takes first', async () => {
  const h = await read()
  const { feed, cursors } = follow(h)
  feed.add({ changes: [modified('d/f')], cursor: 1 }, { changes: [modified('d/g')], cursor: 2 })
  await settle()
  assert.deepEqual(h.port.at, ['INVAL_INODE 3 0+end', 'INVAL_INODE 4 0+end'], 'the second does not wait for the first')
  await h.port.answer('INVAL_INODE 4')
  assert.deepEqual(cursors, [])
  await h.flow()
  assert.deepEqual(cursors, [1, 2])
})

test('one cursor is saved at a time', async () => {
  const h = await read()
  const saving: (() => void)[] = []
  const { feed } = follow(h, { saveCursor: () => new Promise((resolve) => saving.push(resolve)) })
  feed.add({ changes: [], cursor: 1 }, { changes: [], cursor: 2 })
  await settle()
  assert.equal(saving.length, 1)
  saving[0]!()
  await settle()
  assert.equal(saving.length, 2)
})

test('a gap: everything before anything else, and then it is told', async () => {
  const h = await read()
  const { feed, gaps, cursors } = follow(h)
  feed.add({ changes: [modified('d/f')], cursor: 5, gap: true })
  await settle()
  assert.equal(h.port.texts[0], 'INC_EPOCH')
  assert.deepEqual(gaps, [])
  await h.flow()
  assert.deepEqual(gaps, [{ reason: 'gap', error: undefined }])
  assert.deepEqual(cursors, [5])
  assert.ok(h.port.texts.includes('INVAL_INODE 4 0+end'), 'also what the feed does not name')
})

for (const [how, end, isFailure] of [
  ['ends', 'end', false],
  ['throws', new Error('the source is gone'), true],
] as const) {
  test(`a feed that ${how}: everything, and from then on no reply promises anything`, async () => {
    const h = await read()
    const { feed, gaps, following } = follow(h)
    feed.add(end)
    await settle()
    await h.flow()
    if (isFailure) await assert.rejects(following.ended, /the source is gone/)
    else await following.ended
    assert.deepEqual(gaps, [{ reason: isFailure ? 'failed' : 'ended', error: isFailure ? end : undefined }])
    assert.ok(h.port.texts.includes('INC_EPOCH'))
    h.lookup(DIR, 's')
    const { entry_valid, attr_valid } = h.reply('LOOKUP').fuse_entry_out
    assert.deepEqual([entry_valid, attr_valid], [0, 0])
    h.read(FILE)
    await settle()
    assert.deepEqual(h.port.held, ['INVAL_INODE 3 0+end'], 'what was read is dropped again')
    await h.flow()
    // Until the next one.
    follow(h)
    h.lookup(DIR, 's')
    assert.notEqual(h.reply('LOOKUP').fuse_entry_out.entry_valid, 0)
  })
}

test('what makes no sense makes everything stale, and the feed is followed on', async () => {
  const h = await read()
  const { feed, gaps, cursors } = follow(h)
  feed.add({ changes: [modified('../etc')], cursor: 1 }, { changes: [modified('d/f')], cursor: 2 })
  await settle()
  await h.flow()
  assert.deepEqual(
    gaps.map(({ reason, error }) => [reason, (error as Error).name]),
    [['refused', 'TypeError']],
  )
  assert.ok(h.port.texts.includes('INC_EPOCH'))
  assert.deepEqual(cursors, [1, 2])
})

test('a cursor that cannot be saved ends it', async () => {
  const h = await read()
  const saveCursor = () => Promise.reject(new Error('disk full'))
  const { feed, gaps, following } = follow(h, { saveCursor })
  feed.add({ changes: [], cursor: 1 })
  await settle()
  await h.flow()
  await assert.rejects(following.ended, /disk full/)
  assert.deepEqual(
    gaps.map(({ reason }) => reason),
    ['failed'],
  )
})

test('stopped: the feed is asked to return, even while it waits; everything, and no error', async () => {
  const h = await read()
  const { feed, gaps, following } = follow(h)
  feed.add({ changes: [modified('d/f')], cursor: 1 })
  await h.flow()
  const stopped = following.stop()
  await h.flow()
  await stopped
  assert.deepEqual(
    gaps.map(({ reason }) => reason),
    ['ended'],
  )
})

test('the mount ends: nothing is told any more', async () => {
  const h = await read()
  const { feed, gaps, following, close } = follow(h)
  await settle()
  const sent = h.port.sent.length
  close()
  await following.ended
  feed.add({ changes: [modified('d/f')] })
  await settle()
  assert.deepEqual([gaps, h.port.sent.length], [[], sent])
})

test('a kernel that takes nothing: the feed is not read on, and requests are answered', async () => {
  const h = await read()
  const { feed, cursors } = follow(h)
  for (let i = 0; i < 2000; i += 1) feed.add({ changes: [modified('d/f')], cursor: i })
  for (let i = 0; i < 200; i += 1) await settle()
  const { taken } = feed
  assert.ok(taken < 100, `${taken} batches were taken`)
  assert.ok(h.port.waiting.length < 100)
  h.lookup(DIR, 's')
  assert.equal(h.reply('LOOKUP').fuse_entry_out.nodeid, 6)
  // And it goes on when the kernel does.
  while (cursors.length < 2000) {
    await settle()
    while (h.port.waiting.length > 0) h.port.take()
  }
  assert.equal(cursors.at(-1), 1999)
})

test('300,000 changes of one file: a few messages, and turns for requests in between', async () => {
  const h = await read()
  const { feed, cursors } = follow(h)
  const changes: Change[] = Array.from({ length: 1000 }, (_, i) => ({
    is: 'modified',
    path: 'd/f',
    offset: i * 8192,
    length: 1,
  }))
  for (let i = 0; i < 300; i += 1) feed.add({ changes, cursor: i })
  let answered = 0
  let most = 0
  while (cursors.length < 300) {
    await settle()
    h.lookup(DIR, 's')
    answered += 1
    most = Math.max(most, h.port.waiting.length)
    while (h.port.waiting.length > 0) h.port.take()
  }
  assert.ok(answered > 150, `${answered} requests were answered meanwhile`)
  assert.ok(most <= 100, `${most} notifications waited at a time`)
  assert.ok(h.port.sent.length < 20_000, `${h.port.sent.length} messages`)
})

test('one batch of 300,000 changes of as many names: all names are dropped at once, and requests are answered', async () => {
  const h = await read()
  const { feed, cursors } = follow(h)
  const held = 3000
  for (let i = 0; i < held; i += 1) h.lookup(DIR, `missing ${i}`)
  const changes: Change[] = Array.from({ length: 300_000 }, (_, i) => ({ is: 'created', path: `d/missing ${i}` }))
  feed.add({ changes, cursor: 1 })
  let answered = 0
  while (cursors.length < 1) {
    await settle()
    h.lookup(DIR, 's')
    answered += 1
    while (h.port.waiting.length > 0) h.port.take()
  }
  assert.ok(answered > 500, `${answered} requests were answered meanwhile`)
  assert.ok(h.port.sent.length < 20_000, `${h.port.sent.length} messages`)
})
