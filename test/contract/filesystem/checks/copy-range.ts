import { equal, ok } from 'node:assert/strict'
import { O, posix, S, SEEK } from '../../../helpers/posix.js'
import { check, type CheckOptions, fails, group } from '../check.js'
import type { Context } from '../context.js'
import { pattern } from './read-write.js'

const NEEDS: CheckOptions = { traits: ['copyFileRange'] }
const SIZE = 100_000

function files(t: Context, target: string | Buffer = ''): { from: number; to: number; data: Buffer } {
  const data = pattern(SIZE)
  const from = t.openPath(t.file('from', data), O.RDONLY)
  return { from, to: t.openPath(t.file('to', target), O.RDWR), data }
}

/** The call may copy less than asked; a caller goes on until it copies nothing. */
function copyAll(from: number, fromOffset: number, to: number, toOffset: number, length: number): number {
  let done = 0
  while (done < length) {
    const step = posix.copyFileRange(from, fromOffset + done, to, toOffset + done, length - done)
    if (step === 0) break
    done += step
  }
  return done
}

export const copyRange = group('copy-range', [
  check('copies a whole file', NEEDS, (t) => {
    const { from, to, data } = files(t)
    equal(copyAll(from, 0, to, 0, SIZE), SIZE)
    ok(t.content(t.at('to')).equals(data))
  }),
  ...(
    [
      [1, 0, 1],
      [4096, 4096, 8192],
      [10, 5001, 40_000],
      [0, 65_536, 4096],
    ] as const
  ).map(([fromOffset, toOffset, length]) =>
    check(`copies ${length} bytes from ${fromOffset} to ${toOffset}`, NEEDS, (t) => {
      const old = pattern(80_000, 2)
      const { from, to, data } = files(t, old)
      equal(copyAll(from, fromOffset, to, toOffset, length), length)
      data.copy(old, toOffset, fromOffset, fromOffset + length)
      ok(t.content(t.at('to')).equals(old))
    }),
  ),
  check('uses and moves both positions when no offsets are given', NEEDS, (t) => {
    const { from, to, data } = files(t)
    posix.lseek(from, 100, SEEK.SET)
    const done = posix.copyFileRange(from, null, to, null, 500)
    equal(posix.lseek(from, 0, SEEK.CUR), 100 + done)
    equal(posix.lseek(to, 0, SEEK.CUR), done)
    ok(t.content(t.at('to')).equals(data.subarray(100, 100 + done)))
  }),
  check('does not move positions when offsets are given', NEEDS, (t) => {
    const { from, to } = files(t)
    posix.copyFileRange(from, 10, to, 10, 500)
    equal(posix.lseek(from, 0, SEEK.CUR), 0)
    equal(posix.lseek(to, 0, SEEK.CUR), 0)
  }),
  check('stops at the end of the source', NEEDS, (t) => {
    const { from, to } = files(t)
    equal(copyAll(from, SIZE - 10, to, 0, 1000), 10)
    equal(posix.fstat(to).size, 10)
  }),
  check('past the end of the source copies nothing', NEEDS, (t) => {
    const { from, to } = files(t)
    equal(posix.copyFileRange(from, SIZE, to, 0, 10), 0)
    equal(posix.copyFileRange(from, SIZE * 2, to, 0, 10), 0)
  }),
  check('a length of 0 copies nothing', NEEDS, (t) => {
    const { from, to } = files(t)
    equal(posix.copyFileRange(from, 0, to, 0, 0), 0)
  }),
  check('past the end of the target leaves zeros between', NEEDS, (t) => {
    const { from, to, data } = files(t, 'abc')
    equal(copyAll(from, 0, to, 5000, 100), 100)
    const content = t.content(t.at('to'))
    ok(content.subarray(3, 5000).every((byte) => byte === 0))
    ok(content.subarray(5000).equals(data.subarray(0, 100)))
  }),
  check('within one file', NEEDS, (t) => {
    const data = pattern(SIZE)
    const fd = t.openPath(t.file('f', data), O.RDWR)
    equal(copyAll(fd, 0, fd, 50_000, 4096), 4096)
    data.copy(data, 50_000, 0, 4096)
    ok(t.content(t.at('f')).equals(data))
  }),
  check('ranges of one file that overlap are EINVAL', NEEDS, (t) => {
    const fd = t.openPath(t.file('f', pattern(SIZE)), O.RDWR)
    fails('EINVAL', () => posix.copyFileRange(fd, 0, fd, 100, 4096))
  }),
  check('unknown flags are EINVAL', NEEDS, (t) => {
    const { from, to } = files(t)
    fails('EINVAL', () => posix.copyFileRange(from, 0, to, 0, 10, 8))
  }),
  check('a source not open for reading is EBADF', NEEDS, (t) => {
    const { to } = files(t)
    const from = t.open('from', O.WRONLY)
    fails('EBADF', () => posix.copyFileRange(from, 0, to, 0, 10))
  }),
  check('a target not open for writing is EBADF', NEEDS, (t) => {
    const { from } = files(t)
    const to = t.open('to', O.RDONLY)
    fails('EBADF', () => posix.copyFileRange(from, 0, to, 0, 10))
  }),
  check('a target with O_APPEND is EBADF', NEEDS, (t) => {
    const { from } = files(t)
    fails('EBADF', () => posix.copyFileRange(from, 0, t.open('to', O.WRONLY | O.APPEND), 0, 10))
  }),
  check('a directory is EISDIR', NEEDS, (t) => {
    const { to } = files(t)
    fails('EISDIR', () => posix.copyFileRange(t.openPath(t.mkdir('d'), O.RDONLY), 0, to, 0, 10))
  }),
  check('a fifo is EINVAL', { traits: ['copyFileRange', 'specialFiles'] }, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o644)
    const { to } = files(t)
    fails('EINVAL', () => posix.copyFileRange(t.open('fifo', O.RDWR | O.NONBLOCK), null, to, 0, 10))
  }),
  check('sees data just written, and readers see the copy', NEEDS, (t) => {
    const source = t.open('s', O.CREAT | O.RDWR)
    const target = t.openPath(t.file('t', 'old old'), O.RDWR)
    equal(posix.pread(target, 9, 0).toString(), 'old old')
    posix.pwrite(source, 'new', 0)
    equal(copyAll(source, 0, target, 0, 3), 3)
    equal(posix.pread(target, 9, 0).toString(), 'new old')
  }),
])
