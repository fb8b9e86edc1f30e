import { equal, ok } from 'node:assert/strict'
import { MAP, MS, O, posix, PROT } from '../../../helpers/posix.js'
import { check, type Check, type CheckOptions, fails, group } from '../check.js'
import type { Context } from '../context.js'
import { pattern } from './read-write.js'

const SIZE = 40_000
const RW = PROT.READ | PROT.WRITE
const SHARED: CheckOptions = { traits: ['mmapShared'] }

interface Mapped {
  readonly t: Context
  readonly fd: number
  readonly address: number
  readonly data: Buffer
}

/** A file of 40,000 bytes, mapped while the check runs. */
function mapped(protection: number, flags: number, run: (m: Mapped) => void | Promise<void>): Check['run'] {
  return async (t) => {
    const data = pattern(SIZE)
    const fd = t.openPath(t.file('f', data), O.RDWR)
    const address = posix.mmap(fd, SIZE, protection, flags)
    try {
      await run({ t, fd, address, data })
    } finally {
      posix.munmap(address, SIZE)
    }
  }
}

export const mmap = group('mmap', [
  check(
    'a private mapping reads the file',
    mapped(PROT.READ, MAP.PRIVATE, ({ address, data }) => {
      ok(posix.peek(address, SIZE).equals(data))
    }),
  ),
  check(
    'a private mapping does not write to the file',
    mapped(RW, MAP.PRIVATE, ({ t, address, data }) => {
      posix.poke(address, 'changed')
      ok(t.content(t.at('f')).equals(data))
      equal(posix.peek(address, 7).toString(), 'changed')
    }),
  ),
  check(
    'the rest of the last page is zeros',
    mapped(PROT.READ, MAP.PRIVATE, ({ address }) => {
      ok(posix.peek(address + SIZE, 40_960 - SIZE).every((byte) => byte === 0))
    }),
  ),
  check(
    'a mapping outlives its descriptor and its name',
    mapped(PROT.READ, MAP.PRIVATE, ({ t, fd, address, data }) => {
      t.close(fd)
      posix.unlink(t.at('f'))
      ok(posix.peek(address, SIZE).equals(data))
    }),
  ),
  check(
    'a shared mapping reads the file',
    SHARED,
    mapped(PROT.READ, MAP.SHARED, ({ address, data }) => {
      ok(posix.peek(address, SIZE).equals(data))
    }),
  ),
  check(
    'a shared mapping shows to read at once',
    SHARED,
    mapped(RW, MAP.SHARED, ({ fd, address }) => {
      posix.poke(address + 5000, 'through memory')
      equal(posix.pread(fd, 14, 5000).toString(), 'through memory')
    }),
  ),
  check(
    'write shows in a shared mapping at once',
    SHARED,
    mapped(RW, MAP.SHARED, ({ fd, address }) => {
      equal(posix.peek(address + 8000, 1).length, 1)
      posix.pwrite(fd, 'through write', 8000)
      equal(posix.peek(address + 8000, 13).toString(), 'through write')
    }),
  ),
  check(
    'msync and close keep what was written',
    SHARED,
    mapped(RW, MAP.SHARED, ({ t, fd, address, data }) => {
      posix.poke(address + 4090, 'across a page')
      posix.msync(address, SIZE, MS.SYNC)
      t.close(fd)
      data.write('across a page', 4090)
      ok(t.content(t.at('f')).equals(data))
    }),
  ),
  check(
    'writing past the end within the last page does not grow the file',
    SHARED,
    mapped(RW, MAP.SHARED, ({ t, address, data }) => {
      posix.poke(address + SIZE, 'beyond')
      posix.msync(address, SIZE, MS.SYNC)
      equal(posix.stat(t.at('f')).size, SIZE)
      ok(t.content(t.at('f')).equals(data))
    }),
  ),
  check(
    'another process sees what a shared mapping wrote',
    SHARED,
    mapped(RW, MAP.SHARED, async ({ t, address }) => {
      const other = await t.process()
      const fd = await other.call('open', t.at('f'), O.RDWR)
      posix.poke(address, 'here')
      equal((await other.call('pread', fd, 4, 0)).toString(), 'here')
      await other.call('pwrite', fd, 'there', 0)
      equal(posix.peek(address, 5).toString(), 'there')
    }),
  ),
  check(
    'two processes share a mapping',
    SHARED,
    mapped(RW, MAP.SHARED, async ({ t, address }) => {
      const other = await t.process()
      const fd = await other.call('open', t.at('f'), O.RDWR)
      const there = await other.call('mmap', fd, SIZE, RW, MAP.SHARED)
      posix.poke(address + 100, 'ping')
      equal((await other.call('peek', there + 100, 4)).toString(), 'ping')
      await other.call('poke', there + 200, 'pong')
      equal(posix.peek(address + 200, 4).toString(), 'pong')
      await other.call('munmap', there, SIZE)
    }),
  ),
  check(
    'shortened and grown, the lost part reads as zeros',
    SHARED,
    mapped(RW, MAP.SHARED, ({ fd, address }) => {
      posix.peek(address, SIZE)
      posix.ftruncate(fd, 100)
      posix.ftruncate(fd, SIZE)
      ok(posix.peek(address + 100, SIZE - 100).every((byte) => byte === 0))
    }),
  ),
  check('a mapping from an offset', (t) => {
    const data = pattern(SIZE)
    const fd = t.openPath(t.file('f', data), O.RDONLY)
    const address = posix.mmap(fd, 4096, PROT.READ, MAP.PRIVATE, 8192)
    ok(posix.peek(address, 4096).equals(data.subarray(8192, 12_288)))
    posix.munmap(address, 4096)
  }),
  check('an offset within a page is EINVAL, and so is no length', (t) => {
    const fd = t.openPath(t.file('f', 'data'), O.RDONLY)
    fails('EINVAL', () => posix.mmap(fd, 4096, PROT.READ, MAP.PRIVATE, 100))
    fails('EINVAL', () => posix.mmap(fd, 0, PROT.READ, MAP.PRIVATE))
  }),
  check('a shared writable mapping needs a descriptor for writing', SHARED, (t) => {
    const fd = t.openPath(t.file('f', 'data'), O.RDONLY)
    fails('EACCES', () => posix.mmap(fd, 4096, RW, MAP.SHARED))
  }),
  check('a mapping needs a descriptor for reading', (t) => {
    const fd = t.openPath(t.file('f', 'data'), O.WRONLY)
    fails('EACCES', () => posix.mmap(fd, 4096, PROT.READ, MAP.PRIVATE))
  }),
  check('a directory is ENODEV', (t) => {
    const fd = t.openPath(t.mkdir('d'), O.RDONLY)
    fails(['ENODEV', 'EACCES'], () => posix.mmap(fd, 4096, PROT.READ, MAP.PRIVATE))
  }),
])
