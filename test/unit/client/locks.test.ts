import assert from 'node:assert/strict'
import { test } from 'node:test'
import { F_RDLCK, F_UNLCK, F_WRLCK, LocalLocks } from '#src/client/vfs/local-locks.js'

const lock = (owner: number, start: number, end: number, type: number) => ({ owner, start, end, type, pid: owner })

test('readers share, writers do not, ranges that do not meet do not matter', () => {
  const locks = new LocalLocks()
  assert.equal(locks.set(lock(1, 0, 9, F_RDLCK)), true)
  assert.equal(locks.set(lock(2, 5, 20, F_RDLCK)), true)
  assert.equal(locks.set(lock(3, 9, 9, F_WRLCK)), false)
  assert.equal(locks.set(lock(3, 21, Infinity, F_WRLCK)), true)
  assert.equal(locks.conflict(lock(1, 100, 100, F_RDLCK))?.owner, 3)
})

test('what an owner takes replaces what it had there, in part if need be', () => {
  const locks = new LocalLocks()
  locks.set(lock(1, 0, 99, F_WRLCK))
  locks.set(lock(1, 40, 59, F_UNLCK))
  assert.equal(locks.set(lock(2, 40, 59, F_WRLCK)), true)
  assert.equal(locks.set(lock(2, 39, 39, F_RDLCK)), false)
  assert.equal(locks.set(lock(2, 60, 60, F_RDLCK)), false)
  locks.set(lock(1, 0, Infinity, F_UNLCK))
  assert.equal(locks.set(lock(2, 0, 99, F_WRLCK)), true)
})

test('who waits hears of each change', async () => {
  const locks = new LocalLocks()
  locks.set(lock(1, 0, 9, F_WRLCK))
  const changed = locks.changed()
  locks.set(lock(1, 0, 9, F_UNLCK))
  await changed
})
