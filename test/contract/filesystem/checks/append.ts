import { deepEqual, equal, ok } from 'node:assert/strict'
import { O, posix, SEEK } from '../../../helpers/posix.js'
import { check, group } from '../check.js'
import { pattern } from './read-write.js'

const RECORD = 64
const RECORDS = 300

export const append = group('append', [
  check('O_APPEND writes at the end wherever the position is', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR | O.APPEND)
    posix.lseek(fd, 0, SEEK.SET)
    posix.write(fd, 'def')
    equal(t.text(t.at('f')), 'abcdef')
  }),
  check('O_APPEND moves the position to the end', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR | O.APPEND)
    posix.write(fd, 'def')
    equal(posix.lseek(fd, 0, SEEK.CUR), 6)
  }),
  check('reading with O_APPEND starts at the front', (t) => {
    equal(posix.read(t.openPath(t.file('f', 'abc'), O.RDWR | O.APPEND), 9).toString(), 'abc')
  }),
  check('pwrite with O_APPEND appends, as Linux does', (t) => {
    const fd = t.openPath(t.file('f', 'abc'), O.RDWR | O.APPEND)
    posix.pwrite(fd, 'X', 0)
    equal(t.text(t.at('f')), 'abcX')
  }),
  check('two appending descriptors take turns', (t) => {
    const one = t.open('f', O.CREAT | O.WRONLY | O.APPEND)
    const two = t.open('f', O.WRONLY | O.APPEND)
    for (const [index, fd] of [one, two, one, two].entries()) posix.write(fd, String(index))
    equal(t.text(t.at('f')), '0123')
  }),
  check('appending after a truncation starts at the new end', (t) => {
    const fd = t.openPath(t.file('f', 'abcdef'), O.RDWR | O.APPEND)
    posix.ftruncate(fd, 2)
    posix.write(fd, 'X')
    equal(t.text(t.at('f')), 'abX')
  }),
  check('what another process appended is not overwritten', async (t) => {
    const fd = t.open('f', O.CREAT | O.WRONLY | O.APPEND)
    posix.write(fd, 'a')
    const other = await t.process()
    const otherFd = await other.call('open', t.at('f'), O.WRONLY | O.APPEND)
    await other.call('write', otherFd, 'b')
    posix.write(fd, 'c')
    await other.call('write', otherFd, 'd')
    equal(t.text(t.at('f')), 'abcd')
  }),
  check('appends of several processes at once lose nothing', { limitMs: 30_000 }, async (t) => {
    t.file('f')
    const others = await Promise.all([t.process(), t.process(), t.process()])
    await Promise.all(
      others.map(async (other, writer) => {
        const fd = await other.call('open', t.at('f'), O.WRONLY | O.APPEND)
        // Calls are queued without waiting, so that the processes really run against each other.
        const writes = Array.from({ length: RECORDS }, async (_, i) => {
          const record = `${writer} ${i}`.padEnd(RECORD - 1, '.')
          return other.call('write', fd, `${record}\n`)
        })
        await Promise.all(writes)
      }),
    )
    const lines = t.text(t.at('f')).split('\n').slice(0, -1)
    equal(lines.length, RECORDS * others.length)
    ok(lines.every((line) => line.length === RECORD - 1))
    for (const writer of others.keys()) {
      const own = lines.filter((line) => line.startsWith(`${writer} `)).map((line) => parseInt(line.slice(2), 10))
      deepEqual(own, [...Array(RECORDS).keys()])
    }
  }),
  check('writes of several processes to ranges of their own all arrive', { limitMs: 30_000 }, async (t) => {
    const size = 3000
    t.file('f')
    const others = await Promise.all([t.process(), t.process(), t.process()])
    const pieces = 60
    const data = pattern(size * pieces)
    await Promise.all(
      others.map(async (other, writer) => {
        const fd = await other.call('open', t.at('f'), O.WRONLY)
        const mine = [...Array(pieces).keys()].filter((piece) => piece % others.length === writer)
        await Promise.all(
          mine.map(async (piece) =>
            other.call('pwrite', fd, data.subarray(piece * size, (piece + 1) * size), piece * size),
          ),
        )
      }),
    )
    ok(t.content(t.at('f')).equals(data))
  }),
  check('files made by several processes in one directory are all there', { limitMs: 30_000 }, async (t) => {
    const dir = t.mkdir('d')
    const others = await Promise.all([t.process(), t.process()])
    await Promise.all(
      others.map(async (other, writer) =>
        Promise.all(Array.from({ length: 150 }, async (_, i) => other.call('mkdir', `${dir}/${writer}-${i}`))),
      ),
    )
    equal(t.list(dir).length, 300)
  }),
  check('of several processes that make one name, one succeeds', async (t) => {
    const others = await Promise.all([t.process(), t.process(), t.process()])
    for (let round = 0; round < 20; round++) {
      const results = await Promise.allSettled(others.map(async (other) => other.call('mkdir', t.at(`d${round}`))))
      equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    }
  }),
])
