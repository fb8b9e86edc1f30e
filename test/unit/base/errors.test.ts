import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ERRNO, type ErrnoName } from '#src/base/errno.js'
import { errnoOf, FuseError, FuseWireError, ProtocolError, SystemError, UnsupportedError } from '#src/base/errors.js'

test('each class has its name, its code and its place in the family', () => {
  const protocol = new ProtocolError('LOOKUP', 'name', 40, 'is empty')
  assert.equal(String(protocol), 'ProtocolError: LOOKUP: name at byte 40: is empty')
  assert.equal(protocol.code, 'ERR_PROTOCOL')
  const { subject, field, offset, problem } = protocol
  assert.deepEqual([subject, field, offset, problem], ['LOOKUP', 'name', 40, 'is empty'])
  const unsupported = new UnsupportedError('no such thing', { cause: protocol })
  assert.equal(String(unsupported), 'UnsupportedError: no such thing')
  assert.equal(unsupported.code, 'ERR_UNSUPPORTED')
  assert.equal(unsupported.cause, protocol)
  for (const error of [protocol, unsupported, new SystemError(2, 'openat')]) assert.ok(error instanceof FuseWireError)
  assert.ok(!(new FuseError('EIO') instanceof FuseWireError), 'an answer is no fault of this side')
})

test('a system error has the fields of those of Node', () => {
  const error = new SystemError(ERRNO.ENOENT, 'openat', '/there')
  assert.equal(error.message, "ENOENT: No such file or directory, openat '/there'")
  assert.deepEqual([error.code, error.errno, error.syscall, error.path], ['ENOENT', -2, 'openat', '/there'])
  assert.equal(new SystemError(ERRNO.EBADF, 'close').path, undefined)
  const unknown = new SystemError(4095, 'ioctl')
  assert.deepEqual([unknown.code, unknown.errno], ['EIO', -4095])
})

test('a FuseError carries its errno', () => {
  for (const name of Object.keys(ERRNO) as ErrnoName[]) {
    const error = new FuseError(name)
    assert.deepEqual([error.code, error.errno, errnoOf(error)], [name, ERRNO[name], ERRNO[name]])
  }
  const cause = new Error('why')
  const told = new FuseError('EACCES', 'not today', { cause })
  assert.equal(String(told), 'FuseError: EACCES: not today')
  assert.equal(told.cause, cause)
})

test('errnoOf takes whatever has the code of a Linux error', () => {
  assert.equal(errnoOf(new SystemError(ERRNO.EXDEV, 'renameat2')), ERRNO.EXDEV)
  assert.equal(errnoOf({ code: 'ENOTSUP' }), ERRNO.EOPNOTSUPP)
  let caught: unknown
  try {
    readFileSync('/nonexistent/file')
  } catch (error) {
    caught = error
  }
  assert.equal(errnoOf(caught), ERRNO.ENOENT)
})

test('errnoOf of anything else is undefined', () => {
  const others = [
    undefined,
    null,
    2,
    'ENOENT',
    {},
    new Error('ENOENT'),
    { code: 2 },
    { code: 'NO' },
    { code: 'toString' },
  ]
  for (const other of [...others, new ProtocolError('a', 'b', 0, 'c')]) assert.equal(errnoOf(other), undefined)
})
