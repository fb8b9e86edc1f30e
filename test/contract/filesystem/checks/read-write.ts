import { deepEqual, equal, ok } from 'node:assert/strict'
import { O, posix, SEEK } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'

/** Bytes that differ from place to place, so that a piece in the wrong place shows. */
export function pattern(length: number, seed = 1): Buffer {
  const out = Buffer.alloc(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    out[i] = state >>> 24
  }
  return out
}

const SIZES = [1, 511, 4095, 4096, 4097, 131_072, 1_048_577]

export const readWrite = group('read-write', [
  ...SIZES.map((size) =>
    check(`${size} bytes written in one call read back`, (t) => {
      const data = pattern(size)
      const fd = t.open('f', O.CREAT | O.RDWR)
      equal(posix.write(fd, data), size)
      equal(posix.fstat(fd).size, size)
      ok(t.content(t.at('f')).equals(data))
    }),
  ),
  ...[1, 7, 4096, 10_000].map((step) =>
    check(`a file written in steps of ${step} bytes reads back`, (t) => {
      const data = pattern(step === 1 ? 300 : 40_000)
      const fd = t.open('f', O.CREAT | O.RDWR)
      for (let at = 0; at < data.length; at += step) posix.write(fd, data.subarray(at, at + step))
      ok(t.content(t.at('f')).equals(data))
    }),
  ),
  check('an 8 MiB file reads back', (t) => {
    const data = pattern(8 << 20)
    t.file('f', data)
    ok(t.content(t.at('f')).equals(data))
  }),
  check('read stops at the end of the file', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDONLY)
    equal(posix.read(fd, 100).toString(), 'abc')
    equal(posix.read(fd, 100).length, 0)
  }),
  check('read of no bytes', (t) => {
    equal(posix.read(t.openPath(t.file('f', 'abc'), O.RDONLY), 0).length, 0)
  }),
  check('write of no bytes changes nothing', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR)
    equal(posix.write(fd, ''), 0)
    equal(posix.fstat(fd).size, 3)
  }),
  check('pread beyond the end reads nothing', (t) => {
    equal(posix.pread(t.openPath(t.file('f', 'abc'), O.RDONLY), 10, 1000).length, 0)
  }),
  check('pread and pwrite do not move the position', (t) => {
    const fd = t.openPath(t.file('f', 'abcdef'), O.RDWR)
    posix.read(fd, 2)
    equal(posix.pread(fd, 2, 4).toString(), 'ef')
    posix.pwrite(fd, 'X', 0)
    equal(posix.lseek(fd, 0, SEEK.CUR), 2)
    equal(posix.read(fd, 9).toString(), 'cdef')
  }),
  check('pread and pwrite at a negative offset are EINVAL', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR)
    fails('EINVAL', () => posix.pread(fd, 1, -1))
    fails('EINVAL', () => posix.pwrite(fd, 'x', -1))
  }),
  check('a write in the middle changes only that', (t) => {
    const data = pattern(20_000)
    const fd = t.openPath(t.file('f', data), O.RDWR)
    posix.pwrite(fd, 'middle', 8190)
    data.write('middle', 8190)
    ok(t.content(t.at('f')).equals(data))
  }),
  check('a write past the end leaves zeros between', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR)
    posix.pwrite(fd, 'end', 10_000)
    const content = t.content(t.at('f'))
    equal(content.length, 10_003)
    equal(content.toString('latin1', 0, 3), 'abc')
    ok(content.subarray(3, 10_000).every((byte) => byte === 0))
    equal(content.toString('latin1', 10_000), 'end')
  }),
  check('a write shows at once through another descriptor', (t) => {
    const writer = t.open('f', O.CREAT | O.WRONLY)
    const reader = t.open('f', O.RDONLY)
    posix.write(writer, 'one')
    equal(posix.read(reader, 10).toString(), 'one')
    posix.write(writer, 'two')
    equal(posix.read(reader, 10).toString(), 'two')
  }),
  check('a write shows at once in another process', async (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR)
    const other = await t.process()
    const otherFd = await other.call('open', t.at('f'), O.RDWR)
    posix.write(fd, 'from here')
    equal((await other.call('pread', otherFd, 20, 0)).toString(), 'from here')
    await other.call('pwrite', otherFd, 'from there', 0)
    equal(posix.pread(fd, 20, 0).toString(), 'from there')
  }),
  check('reading a directory is EISDIR', (t) => {
    t.mkdir('d')
    const fd = t.open('d', O.RDONLY)
    fails('EISDIR', () => posix.read(fd, 10))
    fails('EISDIR', () => posix.pread(fd, 10, 0))
  }),
  check('writing a directory is EBADF', (t) => {
    fails('EBADF', () => posix.write(t.openPath(t.mkdir('d'), O.RDONLY), 'x'))
  }),
  check('lseek from the start, the position and the end', (t) => {
    const fd = t.openPath(t.file('f', 'abcdef'), O.RDONLY)
    equal(posix.lseek(fd, 2, SEEK.SET), 2)
    equal(posix.lseek(fd, 1, SEEK.CUR), 3)
    equal(posix.lseek(fd, -2, SEEK.END), 4)
    equal(posix.read(fd, 9).toString(), 'ef')
  }),
  check('lseek past the end does not make the file longer', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR)
    equal(posix.lseek(fd, 100, SEEK.END), 103)
    equal(posix.fstat(fd).size, 3)
    equal(posix.read(fd, 5).length, 0)
  }),
  check('lseek before the start is EINVAL and keeps the position', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDONLY)
    posix.lseek(fd, 1, SEEK.SET)
    fails('EINVAL', () => posix.lseek(fd, -2, SEEK.CUR))
    fails('EINVAL', () => posix.lseek(fd, 0, 99))
    equal(posix.read(fd, 1).toString(), 'b')
  }),
  check('offsets above 4 GiB', (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR)
    const at = 2 ** 32 + 12_345
    posix.pwrite(fd, 'far', at)
    equal(posix.fstat(fd).size, at + 3)
    equal(posix.pread(fd, 3, at).toString(), 'far')
    deepEqual([...posix.pread(fd, 3, at - 2 ** 32)], [0, 0, 0])
  }),
  check('offsets above 2^40', { traits: ['largeFiles'] }, (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR)
    posix.pwrite(fd, 'far', 2 ** 40)
    equal(posix.pread(fd, 3, 2 ** 40).toString(), 'far')
  }),
  check('O_DIRECT reads what was written', { traits: ['directIo'] }, (t) => {
    const data = pattern(8192)
    t.file('f', data)
    const fd = t.open('f', O.RDONLY | O.DIRECT)
    // Direct reads need aligned memory, which a mapping gives and a Buffer may not; one that is too short shows that
    // the descriptor works at all.
    const length = tryAligned(fd, data.length)
    ok(length === undefined || length === data.length)
  }),
])

function tryAligned(fd: number, length: number): number | undefined {
  const backing = Buffer.from(new ArrayBuffer(length + 4096))
  for (let shift = 0; shift < 4096; shift += 8) {
    try {
      return posix.preadInto(fd, backing.subarray(shift, shift + length), 0)
    } catch {
      // Not aligned; try the next place.
    }
  }
  return undefined
}
