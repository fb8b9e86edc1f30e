/** The random tester of file content: finds nothing wrong on a host directory, and does find what is planted there. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { after, before, test } from 'node:test'
import { fromEnvironment } from '../../helpers/random.js'
import { OPERATION_NAMES } from '../../tools/fsx/operations.js'
import { runFsxProgram } from '../../tools/fsx/program.js'
import { FsxError, type FsxOptions, runFsx } from '../../tools/fsx/run.js'

let directory = ''
before(() => {
  directory = mkdtempSync(`${tmpdir()}/fusewire-fsx-`)
})
after(() => rmSync(directory, { recursive: true }))

/** What another process would do behind the tester's back. */
function flipByte(path: string, offset: number): void {
  const fd = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, offset)
  byte[0] = byte[0]! ^ 0x10
  writeSync(fd, byte, 0, 1, offset)
  closeSync(fd)
}

function findDifference(options: FsxOptions): FsxError {
  try {
    runFsx(directory, options)
  } catch (error) {
    if (error instanceof FsxError) return error
    throw error
  }
  throw new Error('the tester found nothing')
}

void test('20,000 operations on a host directory', (t) => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
  t.diagnostic(`seed ${seed}`)
  const { done, dropped } = runFsx(directory, { operations: 20_000, seed })
  for (const [name, code] of dropped) t.diagnostic(`${name} is dropped: ${code}`)
  for (const name of OPERATION_NAMES) ok(done.has(name) || dropped.has(name), `${name} was never tried`)
  deepEqual(readdirSync(directory), [])
})

void test('the same seed does the same operations', () => {
  const [first, second, other] = [7, 7, 8].map((seed) => {
    const lines: string[] = []
    runFsx(directory, { operations: 500, seed, trace: (line) => lines.push(line) })
    return lines
  })
  deepEqual(second, first)
  ok(other!.join() !== first!.join())
})

void test('small files, on which every edge is near', () => {
  for (const maxSize of [1, 2, 4096, 5000]) runFsx(directory, { operations: 2000, seed: 3, maxSize, compareEvery: 50 })
})

void test('a byte flipped by another writer is found, and where', () => {
  let flipped = -1
  const error = findDifference({
    seed: 1,
    operations: 5000,
    compareEvery: 1,
    afterOperation: (index, path) => {
      const { size } = statSync(path)
      if (index < 1000 || flipped !== -1 || size === 0) return
      flipped = size >> 1
      flipByte(path, flipped)
    },
  })
  ok(flipped !== -1)
  equal(error.offset, flipped)
  ok(error.index >= 1000 && error.index < 1100)
  match(error.message, new RegExp(`^seed 1, operation ${error.index}: .*differs first at byte ${flipped}: 0x`, 'u'))
  const history = error.message.split('\n').slice(2)
  equal(history.length, 50)
  deepEqual(
    history.map((line) => Number.parseInt(line, 10)),
    Array.from({ length: 50 }, (_, at) => error.index - 49 + at),
  )
  deepEqual(readdirSync(directory), [])
})

void test('a byte flipped after the last operation is found', () => {
  let flipped = -1
  const error = findDifference({
    seed: 2,
    operations: 3000,
    // Reads leave the file as it is.
    without: OPERATION_NAMES.filter((name) => !['read', 'append'].includes(name)),
    afterOperation: (index, path) => {
      if (index !== 2999) return
      flipped = statSync(path).size - 1
      flipByte(path, flipped)
    },
  })
  equal(error.offset, flipped)
})

for (const reader of ['read', 'mmapread'] as const) {
  void test(`${reader} alone finds flipped bytes`, () => {
    let index = 0
    const error = findDifference({
      seed: 4,
      operations: 5000,
      maxSize: 4096,
      compareEvery: 10_000,
      without: OPERATION_NAMES.filter((name) => name !== reader && name !== 'append'),
      afterOperation: (at, path) => {
        index = at
        const { size } = statSync(path)
        // One byte after the other, until a read comes across one.
        if (at >= 500) flipByte(path, at % size)
      },
    })
    equal(error.index, index + 1)
    ok(index > 500 && index < 4999)
  })
}

void test('a wrong size is found at once', () => {
  const error = findDifference({
    seed: 5,
    operations: 1000,
    without: ['copybetween'],
    afterOperation: (index, path) => {
      if (index >= 500) truncateSync(path, statSync(path).size + 1)
    },
  })
  match(error.message, /file a has \d+ bytes instead of \d+/u)
  ok(error.index < 520)
})

void test('a failing call is reported', () => {
  const error = findDifference({
    seed: 6,
    operations: 1000,
    afterOperation: (index, path) => {
      if (index === 100) rmSync(path)
    },
  })
  match(error.message, /: openat: ENOENT|: truncate: ENOENT/u)
  deepEqual(readdirSync(directory), [])
})

void test('the program', async () => {
  const good = await runFsxProgram(directory, ['--ops', '500', '--seed', '9', '--max-size', '9000', '--no-punch'])
  equal(good.code, 0, good.output)
  match(good.output, /^seed 9\n/u)
  match(good.output, /\d+ operations in [\d.]+ s, no difference/u)
  ok(!good.output.includes('punch'))
  equal((await runFsxProgram(directory, ['--no-such'])).code, 2)
  equal((await runFsxProgram(directory, ['--ops', 'x'])).code, 2)
  const bad = await runFsxProgram(`${directory}/none`, ['--seed', '1'])
  equal(bad.code, 1)
  match(bad.output, /ENOENT/u)
  deepEqual(readdirSync(directory), [])
})
