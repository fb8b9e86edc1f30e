import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDirents } from '#src/protocol/dirent.js'
import { messageBuffer } from '#src/protocol/message.js'
import { Listing } from '#src/server/listing.js'

const NAMES = ['.', '..', 'a', 'a name of some length', 'é', '\udcff', 'z'.repeat(255)]
const entries = NAMES.map((name, i) => ({ name, ino: i + 1, mode: i < 2 ? 0o40755 : 0o100644 }))

/** Reads a listing as the kernel does, with `room` bytes at a time. */
function readAll(listing: Listing, room: number): { name: string; ino: number | bigint; type: number }[] {
  const found = []
  for (let offset: number | bigint = 0; ;) {
    const records = listing.after(offset, room)
    const read = readDirents(messageBuffer(records.slice()), 0, records.length)
    if (read.length === 0) return found
    found.push(...read.map(({ name, ino, type }) => ({ name, ino, type })))
    offset = read.at(-1)!.off
  }
}

test('every name comes once, in order, whatever the room', () => {
  const listing = new Listing(entries)
  assert.equal(listing.size, NAMES.length)
  const expected = entries.map(({ name, ino, mode }) => ({ name, ino, type: mode >> 12 }))
  for (const room of [280, 281, 300, 400, 4096]) assert.deepEqual(readAll(listing, room), expected, `room ${room}`)
})

test('only whole records are handed out', () => {
  const listing = new Listing(entries)
  assert.equal(listing.after(0, 31).length, 0)
  assert.equal(listing.after(0, 32).length, 32)
  assert.equal(listing.after(0, 63).length, 32)
  assert.equal(listing.after(NAMES.length, 4096).length, 0)
  assert.equal(listing.after(NAMES.length + 5, 4096).length, 0)
})

test('an empty listing ends at once, and names that cannot be are refused', () => {
  assert.equal(new Listing([]).after(0, 4096).length, 0)
  for (const name of ['', 'a/b', 'a\0b', '\ud800']) {
    assert.throws(() => new Listing([{ name, ino: 1, mode: 0 }]), { code: 'ERR_PROTOCOL' })
  }
})
