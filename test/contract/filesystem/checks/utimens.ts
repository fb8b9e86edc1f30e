import { equal, ok } from 'node:assert/strict'
import { O, posix, S } from '../../../helpers/posix.js'
import { check, type CheckOptions, fails, group } from '../check.js'

const SECOND = 1_000_000_000n

interface Case extends CheckOptions {
  readonly what: string
  readonly time: bigint
}

const TIMES: readonly Case[] = [
  { what: 'the start of 1970', time: 0n },
  { what: 'a second after 1970', time: SECOND },
  { what: 'a time with nanoseconds', time: 1_234_567_890n * SECOND + 123_456_789n, traits: ['nanoseconds'] },
  { what: 'the last nanosecond of a second', time: 1_000n * SECOND - 1n, traits: ['nanoseconds'] },
  { what: 'the last second of 32 bits', time: 0x7fffffffn * SECOND },
  { what: 'a time after 2038', time: 0x80000000n * SECOND, traits: ['timesAfter2038'] },
  {
    what: 'a time in 2100 with nanoseconds',
    time: 4_102_444_800n * SECOND + 5n,
    traits: ['timesAfter2038', 'nanoseconds'],
  },
  { what: 'a time in 2440', time: 14_831_769_600n * SECOND, traits: ['timesAfter2038'] },
  { what: 'a second before 1970', time: -SECOND, traits: ['timesBefore1970'] },
  { what: 'a time in 1901', time: -0x80000000n * SECOND, traits: ['timesBefore1970'] },
  { what: 'half a second before 1970', time: -SECOND / 2n, traits: ['timesBefore1970', 'nanoseconds'] },
]

function closeToNow(time: bigint): boolean {
  const distance = BigInt(Date.now()) * 1_000_000n - time
  return distance < 10n * SECOND && distance > -10n * SECOND
}

export const utimens = group('utimens', [
  ...TIMES.flatMap(({ what, time, traits }) => [
    check(`${what} is kept on a file`, { traits: traits ?? [] }, (t) => {
      const path = t.file('f')
      posix.utimensat(path, time, time + SECOND)
      equal(posix.stat(path).atime, time)
      equal(posix.stat(path).mtime, time + SECOND)
    }),
  ]),
  check('times of a directory', (t) => {
    const path = t.mkdir('d')
    posix.utimensat(path, SECOND, 2n * SECOND)
    equal(posix.stat(path).mtime, 2n * SECOND)
  }),
  check('times of a fifo', { traits: ['specialFiles'] }, (t) => {
    posix.mknod(t.at('fifo'), S.IFIFO | 0o600)
    posix.utimensat(t.at('fifo'), SECOND, 2n * SECOND)
    equal(posix.stat(t.at('fifo')).mtime, 2n * SECOND)
  }),
  check('OMIT keeps the access time', (t) => {
    const path = t.file('f')
    posix.utimensat(path, SECOND, SECOND)
    posix.utimensat(path, 'omit', 5n * SECOND)
    equal(posix.stat(path).atime, SECOND)
    equal(posix.stat(path).mtime, 5n * SECOND)
  }),
  check('OMIT keeps the modification time', (t) => {
    const path = t.file('f')
    posix.utimensat(path, SECOND, SECOND)
    posix.utimensat(path, 5n * SECOND, 'omit')
    equal(posix.stat(path).atime, 5n * SECOND)
    equal(posix.stat(path).mtime, SECOND)
  }),
  check('OMIT of both changes nothing, not even ctime', async (t) => {
    const path = t.file('f')
    const before = posix.stat(path)
    await t.tick()
    posix.utimensat(path, 'omit', 'omit')
    equal(posix.stat(path).ctime, before.ctime)
  }),
  check('NOW sets the present', (t) => {
    const path = t.file('f')
    posix.utimensat(path, SECOND, SECOND)
    posix.utimensat(path, 'now', 'now')
    ok(closeToNow(posix.stat(path).atime))
    ok(closeToNow(posix.stat(path).mtime))
  }),
  check('NOW for one and a time for the other', (t) => {
    const path = t.file('f')
    posix.utimensat(path, 'now', 7n * SECOND)
    ok(closeToNow(posix.stat(path).atime))
    equal(posix.stat(path).mtime, 7n * SECOND)
  }),
  check('futimens', (t) => {
    const fd = t.openPath(t.file('f'), O.RDONLY)
    posix.futimens(fd, 3n * SECOND, 4n * SECOND)
    equal(posix.fstat(fd).atime, 3n * SECOND)
    equal(posix.stat(t.at('f')).mtime, 4n * SECOND)
  }),
  check('setting times moves ctime to the present', async (t) => {
    const path = t.file('f')
    const before = posix.stat(path).ctime
    await t.tick()
    posix.utimensat(path, SECOND, SECOND)
    ok(posix.stat(path).ctime > before)
  }),
  check('times set survive closing and reopening', (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR)
    posix.write(fd, 'data')
    posix.futimens(fd, SECOND, 2n * SECOND)
    t.close(fd)
    equal(posix.stat(t.at('f')).mtime, 2n * SECOND)
  }),
  check('a time set after a write is not undone by fsync', (t) => {
    const fd = t.open('f', O.CREAT | O.RDWR)
    posix.write(fd, 'data')
    posix.futimens(fd, SECOND, 2n * SECOND)
    posix.fsync(fd)
    equal(posix.fstat(fd).mtime, 2n * SECOND)
  }),
  check('nanoseconds out of range are EINVAL', (t) => {
    const path = t.file('f')
    fails('EINVAL', () => posix.utimensatRaw(path, 1n, 1_000_000_000n))
    fails('EINVAL', () => posix.utimensatRaw(path, 1n, -1n))
  }),
  check('unknown flags are EINVAL', (t) => {
    const path = t.file('f')
    fails('EINVAL', () => posix.utimensat(path, SECOND, SECOND, 0x40000))
  }),
  check('the owner of a file without write permission may set times', { needs: 'user' }, (t) => {
    const path = t.file('f', '', 0o400)
    posix.utimensat(path, SECOND, SECOND)
    posix.utimensat(path, 'now', 'now')
  }),
])
