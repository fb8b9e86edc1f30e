import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Listing } from '#src/client/cache/listing.js'

const entry = (off: number, name = `n${off}`) => ({ ino: off, off, type: 8, name })
const now = { mtime: 1, mtimensec: 0 }

test('it is collected without a gap, and complete at its end', () => {
  const listing = new Listing(10_000)
  listing.begin(now, 0)
  listing.add(0, entry(1))
  listing.add(5, entry(6))
  listing.add(1, entry(2))
  listing.finish(1)
  assert.deepEqual([listing.size, listing.complete], [2, false])
  listing.finish(2)
  assert.equal(listing.complete, true)
  listing.add(2, entry(3))
  assert.equal(listing.size, 2)
})

test('it is of the time when it was begun, and starts again after a reset', () => {
  const listing = new Listing(10_000)
  listing.begin(now, 3)
  listing.add(0, entry(1))
  listing.begin({ mtime: 2, mtimensec: 0 }, 4)
  assert.deepEqual([listing.isCurrent(now, 3), listing.isCurrent(now, 4)], [true, false])
  assert.equal(listing.isCurrent({ mtime: 1, mtimensec: 5 }, 3), false)
  const { version } = listing
  listing.reset()
  assert.deepEqual([listing.size, listing.version], [0, version + 1])
})

test('one that is too long is given up, and tried again another time', () => {
  const listing = new Listing(300)
  for (let pass = 0; pass < 2; pass += 1) {
    listing.begin(now, 0)
    for (let i = 0; i < 20; i += 1) listing.add(i, entry(i + 1))
    assert.equal(listing.size, 0)
    listing.finish(20)
    assert.equal(listing.complete, false)
  }
  listing.add(0, entry(1))
  listing.finish(1)
  assert.equal(listing.complete, true)
})
