import { equal, ok } from 'node:assert/strict'
import { FALLOC, O, posix, S } from '../../../helpers/posix.js'
import { check, type Check, fails, group } from '../check.js'
import type { Context } from '../context.js'
import type { Trait } from '../traits.js'
import { pattern } from './read-write.js'

const { COLLAPSE_RANGE, INSERT_RANGE, KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE } = FALLOC
/** A whole number of blocks for any usual block size. */
const BLOCK = 65_536
const SIZE = 4 * BLOCK

function filled(t: Context): { fd: number; data: Buffer } {
  const data = pattern(SIZE)
  return { fd: t.openPath(t.file('f', data), O.RDWR), data }
}

/** Applies a mode that clears a range and compares everything. */
function clears(name: string, trait: Trait, mode: number, offset: number, length: number): Check {
  return check(name, { traits: [trait] }, (t) => {
    const { fd, data } = filled(t)
    posix.fallocate(fd, mode, offset, length)
    data.fill(0, offset, Math.min(offset + length, SIZE))
    equal(posix.fstat(fd).size, SIZE)
    ok(t.content(t.at('f')).equals(data))
  })
}

const PUNCH = PUNCH_HOLE | KEEP_SIZE
const RANGES: readonly [string, number, number][] = [
  ['whole blocks', BLOCK, BLOCK],
  ['a few bytes in one page', 5000, 10],
  ['across pages', 4000, 9000],
  ['the start', 0, 100],
  ['past the end', 3 * BLOCK + 7, 10 * BLOCK],
  ['everything', 0, SIZE],
]

export const fallocate = group('fallocate', [
  check('makes an empty file longer, with zeros', { traits: ['fallocate'] }, (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR)
    posix.fallocate(fd, 0, 0, 10_000)
    equal(posix.fstat(fd).size, 10_000)
    ok(posix.pread(fd, 20_000, 0).every((byte) => byte === 0))
  }),
  check('keeps the data that is there', { traits: ['fallocate'] }, (t) => {
    const { fd, data } = filled(t)
    posix.fallocate(fd, 0, 100, BLOCK)
    equal(posix.fstat(fd).size, SIZE)
    ok(t.content(t.at('f')).equals(data))
  }),
  check('grows to offset and length', { traits: ['fallocate'] }, (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR)
    posix.fallocate(fd, 0, 5000, 1000)
    equal(posix.fstat(fd).size, 6000)
    equal(posix.pread(fd, 3, 0).toString(), 'abc')
  }),
  check('takes blocks', { traits: ['fallocate', 'sparse'] }, (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR)
    posix.fallocate(fd, 0, 0, 1 << 20)
    ok(posix.fstat(fd).blocks * 512 >= 1 << 20)
  }),
  check('KEEP_SIZE leaves the size', { traits: ['fallocate'] }, (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR)
    posix.fallocate(fd, KEEP_SIZE, 0, 1 << 20)
    equal(posix.fstat(fd).size, 3)
    equal(t.text(t.at('f')), 'abc')
  }),
  ...RANGES.map(([what, offset, length]) => clears(`PUNCH_HOLE: ${what}`, 'punchHole', PUNCH, offset, length)),
  check('PUNCH_HOLE gives blocks back', { traits: ['punchHole', 'sparse'] }, (t) => {
    const { fd } = filled(t)
    posix.fsync(fd)
    const before = posix.fstat(fd).blocks
    posix.fallocate(fd, PUNCH, 0, 2 * BLOCK)
    ok(posix.fstat(fd).blocks < before)
  }),
  check('PUNCH_HOLE without KEEP_SIZE is EOPNOTSUPP', { traits: ['punchHole'] }, (t) => {
    fails('EOPNOTSUPP', () => posix.fallocate(filled(t).fd, PUNCH_HOLE, 0, BLOCK))
  }),
  check('PUNCH_HOLE wholly past the end changes nothing', { traits: ['punchHole'] }, (t) => {
    const { fd, data } = filled(t)
    posix.fallocate(fd, PUNCH, 2 * SIZE, BLOCK)
    ok(t.content(t.at('f')).equals(data))
  }),
  ...RANGES.map(([what, offset, length]) =>
    clears(`ZERO_RANGE with KEEP_SIZE: ${what}`, 'zeroRange', ZERO_RANGE | KEEP_SIZE, offset, length),
  ),
  check('ZERO_RANGE past the end makes the file longer', { traits: ['zeroRange'] }, (t) => {
    const fd = t.openPath(t.file('f', 'abcdef'), O.RDWR)
    posix.fallocate(fd, ZERO_RANGE, 3, 5000)
    equal(posix.fstat(fd).size, 5003)
    const content = t.content(t.at('f'))
    equal(content.toString('latin1', 0, 3), 'abc')
    ok(content.subarray(3).every((byte) => byte === 0))
  }),
  check('COLLAPSE_RANGE takes a range out', { traits: ['collapseRange'] }, (t) => {
    const { fd, data } = filled(t)
    posix.fallocate(fd, COLLAPSE_RANGE, BLOCK, BLOCK)
    equal(posix.fstat(fd).size, SIZE - BLOCK)
    ok(t.content(t.at('f')).equals(Buffer.concat([data.subarray(0, BLOCK), data.subarray(2 * BLOCK)])))
  }),
  check('COLLAPSE_RANGE up to the end is EINVAL', { traits: ['collapseRange'] }, (t) => {
    fails('EINVAL', () => posix.fallocate(filled(t).fd, COLLAPSE_RANGE, 2 * BLOCK, 2 * BLOCK))
  }),
  check('COLLAPSE_RANGE of parts of blocks is EINVAL', { traits: ['collapseRange'] }, (t) => {
    fails('EINVAL', () => posix.fallocate(filled(t).fd, COLLAPSE_RANGE, 1, 100))
  }),
  check('INSERT_RANGE puts a hole in', { traits: ['insertRange'] }, (t) => {
    const { fd, data } = filled(t)
    posix.fallocate(fd, INSERT_RANGE, BLOCK, BLOCK)
    equal(posix.fstat(fd).size, SIZE + BLOCK)
    const expected = Buffer.concat([data.subarray(0, BLOCK), Buffer.alloc(BLOCK), data.subarray(BLOCK)])
    ok(t.content(t.at('f')).equals(expected))
  }),
  check('INSERT_RANGE past the end is EINVAL', { traits: ['insertRange'] }, (t) => {
    fails('EINVAL', () => posix.fallocate(filled(t).fd, INSERT_RANGE, 2 * SIZE, BLOCK))
  }),
  check('a length of 0 or below, or a negative offset, is EINVAL', { traits: ['fallocate'] }, (t) => {
    const { fd } = filled(t)
    fails('EINVAL', () => posix.fallocate(fd, 0, 0, 0))
    fails('EINVAL', () => posix.fallocate(fd, 0, 0, -1))
    fails('EINVAL', () => posix.fallocate(fd, 0, -1, 10))
  }),
  check('an unknown mode is EOPNOTSUPP', { traits: ['fallocate'] }, (t) => {
    fails('EOPNOTSUPP', () => posix.fallocate(filled(t).fd, 0x10000, 0, BLOCK))
  }),
  check('modes that exclude each other are EOPNOTSUPP or EINVAL', { traits: ['fallocate'] }, (t) => {
    fails(['EOPNOTSUPP', 'EINVAL'], () => posix.fallocate(filled(t).fd, PUNCH | ZERO_RANGE, 0, BLOCK))
  }),
  check('on a descriptor for reading is EBADF', { traits: ['fallocate'] }, (t) => {
    fails('EBADF', () => posix.fallocate(t.openPath(t.file('f', 'abc'), O.RDONLY), 0, 0, 10))
  }),
  check('on a directory is EBADF', { traits: ['fallocate'] }, (t) => {
    fails(['EBADF', 'EISDIR'], () => posix.fallocate(t.openPath(t.mkdir('d'), O.RDONLY), 0, 0, 10))
  }),
  check('on a fifo is ESPIPE', { traits: ['fallocate', 'specialFiles'] }, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    fails('ESPIPE', () => posix.fallocate(t.open('fifo', O.RDWR | O.NONBLOCK), 0, 0, 10))
  }),
])
