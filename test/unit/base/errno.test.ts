import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { test } from 'node:test'
import { ERRNO, errnoMessage, errnoName, errnoNumber, type ErrnoName } from '#src/base/errno.js'

test('the table agrees with the numbers that Node knows on Linux', { skip: process.platform !== 'linux' }, () => {
  for (const [name, number] of Object.entries(constants.errno)) assert.equal(errnoNumber(name), number, name)
})

test('names, numbers and texts belong together', () => {
  const entries = Object.entries(ERRNO) as [ErrnoName, number][]
  for (const [name, number] of entries) {
    assert.equal(errnoName(number), name)
    assert.equal(errnoNumber(name), number)
    assert.ok(errnoMessage(name).length > 3, name)
    assert.ok(number >= 1 && number <= 133, name)
  }
  assert.equal(new Set(entries.map(([, number]) => number)).size, entries.length)
})

test('aliases have numbers and are no names', () => {
  assert.equal(errnoNumber('EWOULDBLOCK'), ERRNO.EAGAIN)
  assert.equal(errnoNumber('EDEADLOCK'), ERRNO.EDEADLK)
  assert.equal(errnoNumber('ENOTSUP'), ERRNO.EOPNOTSUPP)
  assert.equal(errnoName(11), 'EAGAIN')
})

test('what is no error has neither name nor number', () => {
  for (const number of [0, -1, -2, 41, 58, 134, 512, 1.5, NaN]) assert.equal(errnoName(number), undefined)
  for (const name of ['', 'enoent', 'ENOPE', 'toString', '__proto__', 'ERR_PROTOCOL']) {
    assert.equal(errnoNumber(name), undefined, name)
  }
})
