import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Identity } from '#src/fs/passthrough/identity.js'
import { Place } from '#src/fs/passthrough/store/node-store.js'
import { createStat, type Stat } from '#src/sys/stat.js'

const EXT4 = 0xef53
const OVERLAY = 0x794c7630

function stat(fields: Partial<Stat>): Stat {
  return { ...createStat(), dev: 7, ino: 2, btime: 1000, btimeNs: 5, ...fields }
}

function keyOf(identity: Identity, of: Stat): Place {
  const key = new Place()
  identity.read(of, key)
  return key
}

test('each inode number is another file, those of 64 bits too', () => {
  const identity = new Identity(stat({}), EXT4)
  const inos = [1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 2, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
  for (const ino of inos) {
    const key = keyOf(identity, stat({ ino }))
    assert.deepEqual(
      inos.filter((other) => identity.is(stat({ ino: other }), key)),
      [ino],
    )
  }
  assert.ok(!identity.is(stat({ dev: 8 }), keyOf(identity, stat({}))))
})

test('a time of birth tells files apart where it can be trusted, and only there', () => {
  const later = stat({ btimeNs: 6 })
  for (const [filesystem, isSame] of [
    [EXT4, false],
    [OVERLAY, true],
  ] as const) {
    const identity = new Identity(stat({}), filesystem)
    assert.ok(identity.is(stat({}), keyOf(identity, stat({}))))
    assert.equal(identity.is(later, keyOf(identity, stat({}))), isSame)
  }
  const identity = new Identity(stat({}), EXT4)
  const elsewhere = { dev: 8, ino: 9 }
  assert.ok(identity.is(stat({ ...elsewhere, btime: 0 }), keyOf(identity, stat(elsewhere))))
})

test('files of several devices show numbers of their own', () => {
  const identity = new Identity(stat({ dev: 7 }), EXT4)
  assert.equal(identity.shownIno(7, 2), 2)
  const shown = [0, 1, 8, 0xffff_ffff].map((dev) => identity.shownIno(dev, 2))
  assert.equal(new Set([2n, ...shown.map(BigInt)]).size, 5)
  for (const ino of shown) assert.ok(BigInt(ino) >= 0n && BigInt(ino) < 2n ** 64n)
})
