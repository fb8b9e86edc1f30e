import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onMark, onMiss, READAHEAD_START } from '#src/client/vfs/readahead-state.js'

const nothing = () => ({ count: 0, isAll: false })
const never = () => undefined

test('from the start of a file windows double, up to the most', () => {
  const state = { ...READAHEAD_START }
  assert.deepEqual(onMiss(state, 0, 1, 32, nothing), { start: 0, size: 4, asyncSize: 3 })
  assert.deepEqual(onMark(state, 1, 1, 32, never), { start: 4, size: 8, asyncSize: 8 })
  assert.deepEqual(onMark(state, 4, 1, 32, never), { start: 12, size: 16, asyncSize: 16 })
  assert.deepEqual(onMark(state, 12, 1, 32, never), { start: 28, size: 32, asyncSize: 32 })
  assert.deepEqual(onMark(state, 28, 1, 32, never), { start: 60, size: 32, asyncSize: 32 })
})

test('a small read elsewhere is read as it is, and forgets nothing', () => {
  const state = { ...READAHEAD_START, start: 4, size: 8, asyncSize: 8 }
  assert.deepEqual(onMiss(state, 500, 2, 32, nothing), { start: 500, size: 2, asyncSize: 0 })
  assert.equal(state.start, 4)
})

test('behind cached pages it takes the reader for one that reads on', () => {
  const state = { ...READAHEAD_START, previous: 3 }
  const window = onMiss(state, 20, 2, 32, () => ({ count: 10, isAll: false }))
  assert.deepEqual(window, { start: 20, size: 12, asyncSize: 1 })
})

test('a mark that was not expected asks where the cached pages end', () => {
  const state = { ...READAHEAD_START }
  assert.equal(
    onMark(state, 100, 1, 32, () => undefined),
    undefined,
  )
  assert.deepEqual(
    onMark(state, 100, 1, 32, () => 104),
    { start: 104, size: 8, asyncSize: 8 },
  )
})

test('windows end at multiples of four, where the most is one', () => {
  const state = { ...READAHEAD_START, start: 366, size: 32, asyncSize: 16 }
  assert.deepEqual(onMark(state, 382, 58, 32, never), { start: 398, size: 30, asyncSize: 30 })
  const odd = { ...READAHEAD_START, start: 4, size: 4, asyncSize: 4 }
  assert.deepEqual(onMark(odd, 4, 5, 5, never), { start: 8, size: 5, asyncSize: 5 })
})

test('without read-ahead one page at a time', () => {
  const state = { ...READAHEAD_START }
  assert.deepEqual(onMiss(state, 0, 9, 0, nothing), { start: 0, size: 1, asyncSize: 0 })
  assert.equal(onMark(state, 0, 9, 0, never), undefined)
})
