import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { FuseWireError, SystemError } from '#src/base/errors.js'
import { O } from '#src/sys/constants.js'
import { Fd } from '#src/sys/fd.js'
import { readRaw } from '#src/sys/io.js'
import { closeFd, duplicate, open, openAt2, reopen, setStatusFlags, statusFlags } from '#src/sys/open.js'

test('a descriptor is closed once, and using it afterwards is an error of its own', () => {
  const fd = new Fd(open('/dev/null', O.RDWR), 'the null device')
  const { number } = fd
  assert.ok(existsSync(`/proc/self/fd/${number}`))
  fd.close()
  assert.equal(fd.isOpen, false)
  // The number goes to somebody else, who must not be hit by the second close.
  const other = new Fd(open('/dev/null', O.RDWR))
  assert.equal(other.number, number)
  fd.close()
  assert.ok(existsSync(`/proc/self/fd/${number}`))
  assert.throws(
    () => fd.number,
    (error) => error instanceof FuseWireError && error.code === 'ERR_FD_CLOSED' && /null device/.test(error.message),
  )
  other.close()
})

test('using closes at the end of the block, and release gives away', () => {
  let number: number
  {
    using fd = new Fd(open('/dev/null', O.RDWR))
    number = fd.number
  }
  assert.ok(!existsSync(`/proc/self/fd/${number}`))
  const fd = new Fd(open('/dev/null', O.RDWR))
  const released = fd.release()
  fd.close()
  assert.ok(existsSync(`/proc/self/fd/${released}`))
  closeFd(released)
  assert.throws(() => closeFd(released), { code: 'EBADF', syscall: 'close' })
  assert.throws(() => new Fd(-1), RangeError)
})

test('open reports errno, call and path', () => {
  assert.throws(
    () => open('/no/such/file', O.RDONLY),
    (error) =>
      error instanceof SystemError &&
      error.errno === -2 &&
      error.syscall === 'openat' &&
      error.path === '/no/such/file',
  )
  assert.throws(() => open('a\0b', O.RDONLY), { code: 'EINVAL' })
  assert.throws(() => open('\uD800', O.RDONLY), { code: 'EILSEQ' })
  assert.throws(() => open('x'.repeat(5000), O.RDONLY), { code: 'ENAMETOOLONG' })
})

test('openat2 keeps a path beneath its directory', () => {
  using root = new Fd(open('/proc/self', O.PATH | O.DIRECTORY))
  const beneath = 8
  closeFd(openAt2(root.number, 'status', O.RDONLY, beneath))
  assert.throws(() => openAt2(root.number, '../version', O.RDONLY, beneath), { code: 'EXDEV' })
})

test('an O_PATH descriptor can be opened anew, duplicated and made non-blocking', () => {
  using path = new Fd(open('/dev/zero', O.PATH))
  assert.equal(readRaw(path.number, 0, 0), -9)
  using file = new Fd(reopen(path.number, O.RDONLY))
  assert.equal(statusFlags(file.number) & O.NONBLOCK, 0)
  using second = new Fd(duplicate(file.number))
  setStatusFlags(second.number, O.NONBLOCK)
  assert.notEqual(statusFlags(file.number) & O.NONBLOCK, 0)
})
