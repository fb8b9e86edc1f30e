import { equal, ok } from 'node:assert/strict'
import { O, posix, SEEK } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'
import type { Context } from '../context.js'

const MIB = 1 << 20

/** Data at 0 and at 8 MiB, a hole of almost 8 MiB between: large enough for any block size. */
function holey(t: Context): number {
  const fd = t.open('f', O.CREAT | O.RDWR)
  posix.pwrite(fd, Buffer.alloc(65_536, 1), 0)
  posix.pwrite(fd, Buffer.alloc(65_536, 2), 8 * MIB)
  return fd
}

export const sparse = group('sparse', [
  check('a hole reads as zeros', (t) => {
    const fd = holey(t)
    ok(posix.pread(fd, MIB, 4 * MIB).every((byte) => byte === 0))
    equal(posix.pread(fd, 1, 8 * MIB)[0], 2)
  }),
  check('holes take no blocks', { traits: ['sparse'] }, (t) => {
    const path = t.file('f')
    posix.truncate(path, 64 * MIB)
    ok(posix.stat(path).blocks * 512 < MIB)
  }),
  check('data takes blocks', { traits: ['sparse'] }, (t) => {
    const fd = t.openPath(t.file('f', Buffer.alloc(MIB, 7)), O.RDWR)
    posix.fsync(fd)
    ok(posix.fstat(fd).blocks * 512 >= MIB)
  }),
  check('SEEK_DATA at data stays there', (t) => {
    equal(posix.lseek(holey(t), 100, SEEK.DATA), 100)
  }),
  check('SEEK_HOLE in a file without holes is its end', (t) => {
    const fd = t.openPath(t.file('f', 'some data'), O.RDONLY)
    equal(posix.lseek(fd, 2, SEEK.HOLE), 9)
  }),
  check('SEEK_HOLE finds the hole', { traits: ['seekHole'] }, (t) => {
    const hole = posix.lseek(holey(t), 0, SEEK.HOLE)
    ok(hole >= 65_536 && hole <= 4 * MIB, `hole at ${hole}`)
  }),
  check('SEEK_DATA finds the data after the hole', { traits: ['seekHole'] }, (t) => {
    const data = posix.lseek(holey(t), 4 * MIB, SEEK.DATA)
    ok(data > 4 * MIB && data <= 8 * MIB, `data at ${data}`)
  }),
  check('SEEK_HOLE in a hole stays there', { traits: ['seekHole'] }, (t) => {
    equal(posix.lseek(holey(t), 4 * MIB, SEEK.HOLE), 4 * MIB)
  }),
  check('SEEK_DATA in a hole up to the end is ENXIO', { traits: ['seekHole'] }, (t) => {
    const fd = holey(t)
    posix.ftruncate(fd, 16 * MIB)
    fails('ENXIO', () => posix.lseek(fd, 12 * MIB, SEEK.DATA))
  }),
  check('SEEK_HOLE and SEEK_DATA move the position', (t) => {
    const fd = holey(t)
    posix.lseek(fd, 10, SEEK.DATA)
    equal(posix.lseek(fd, 0, SEEK.CUR), 10)
    equal(posix.lseek(fd, posix.lseek(fd, 8 * MIB, SEEK.HOLE), SEEK.SET), posix.lseek(fd, 0, SEEK.CUR))
  }),
  check('SEEK_DATA and SEEK_HOLE at or past the end are ENXIO', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDONLY)
    fails('ENXIO', () => posix.lseek(fd, 3, SEEK.DATA))
    fails('ENXIO', () => posix.lseek(fd, 3, SEEK.HOLE))
    fails('ENXIO', () => posix.lseek(fd, 100, SEEK.DATA))
  }),
  check('SEEK_DATA at a negative offset is ENXIO or EINVAL', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDONLY)
    fails(['ENXIO', 'EINVAL'], () => posix.lseek(fd, -1, SEEK.DATA))
  }),
  check('an empty file has neither data nor holes', (t) => {
    const fd = t.openPath(t.file('f'), O.RDONLY)
    fails('ENXIO', () => posix.lseek(fd, 0, SEEK.DATA))
    fails('ENXIO', () => posix.lseek(fd, 0, SEEK.HOLE))
  }),
  check('writing into a hole makes it data', { traits: ['seekHole'] }, (t) => {
    const fd = holey(t)
    posix.pwrite(fd, Buffer.alloc(65_536, 3), 4 * MIB)
    const data = posix.lseek(fd, 2 * MIB, SEEK.DATA)
    ok(data > 2 * MIB && data <= 4 * MIB, `data at ${data}`)
  }),
  check('a walk from data to hole covers all bytes that are not zero', (t) => {
    const fd = holey(t)
    const size = posix.fstat(fd).size
    let covered = 0
    for (let at = 0; at < size;) {
      const data = posix.lseek(fd, at, SEEK.DATA)
      const hole = posix.lseek(fd, data, SEEK.HOLE)
      ok(hole > data)
      covered += posix.pread(fd, hole - data, data).filter((byte) => byte !== 0).length
      at = hole
    }
    equal(covered, 2 * 65_536)
  }),
])
