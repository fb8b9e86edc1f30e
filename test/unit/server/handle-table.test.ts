import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileHandle } from '#src/base/ids.js'
import { HandleTable } from '#src/server/handle-table.js'

const bad = { code: 'EBADF' }

test('a handle stands for its value until it is closed, even for undefined', () => {
  const table = new HandleTable<string | undefined>()
  const [one, two] = [table.open('one'), table.open(undefined)]
  assert.equal(table.get(one), 'one')
  assert.equal(table.get(two), undefined)
  assert.equal(table.size, 2)
  assert.equal(table.close(two), undefined)
  assert.throws(() => table.get(two), bad)
  assert.throws(() => table.close(two), bad)
  assert.equal(table.get(one), 'one')
  assert.equal(table.size, 1)
})

test('0 and numbers that were never given out are bad', () => {
  const table = new HandleTable<undefined>()
  const fh = table.open(undefined)
  for (const number of [0, fh + 1, -1, 0.5, 2 ** 53 - 1]) assert.throws(() => table.get(number as FileHandle), bad)
})

test('numbers are used again: the table grows to the most that is open at once', () => {
  const table = new HandleTable<number>()
  const open = Array.from({ length: 100 }, (_, i) => table.open(i))
  assert.equal(new Set(open).size, 100)
  for (let round = 0; round < 10; round += 1) {
    for (const fh of open.splice(0, 50)) table.close(fh)
    for (let i = 0; i < 50; i += 1) open.push(table.open(i))
  }
  assert.equal(Math.max(...open), 100)
  assert.deepEqual(
    [...table].map(([fh]) => fh),
    open.toSorted((a, b) => a - b),
  )
})

test('handles may be closed while they are walked through', () => {
  const table = new HandleTable<string>()
  for (const name of ['a', 'b', 'c']) table.open(name)
  const seen = [...table].map(([fh]) => table.close(fh))
  assert.deepEqual(seen, ['a', 'b', 'c'])
  for (const name of ['a', 'b', 'c']) table.open(name)
  for (const [fh] of table) table.close(fh)
  assert.equal(table.size, 0)
})
