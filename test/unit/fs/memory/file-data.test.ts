import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHUNK } from '#src/fs/memory/chunk.js'
import { FileData } from '#src/fs/memory/file-data.js'
import { copyRange, fallocate, seekData, seekHole } from '#src/fs/memory/file-ranges.js'
import { PAGE, Space } from '#src/fs/memory/space.js'
import { fromEnvironment, Random } from '../../../helpers/random.js'

const PUNCH = 3
const ZERO = 0x10
const COLLAPSE = 0x08
const INSERT = 0x20
const KEEP = 1

function space(bytes = 2 ** 40): Space {
  return new Space({ bytes, inodes: Infinity })
}

function content(data: FileData): Buffer {
  const bytes = Buffer.alloc(data.size, 0xee)
  assert.equal(data.read(bytes, 0), data.size)
  return bytes
}

/** Bytes that are never 0, so that zeros come from nowhere else. */
function pattern(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i += 1) bytes[i] = 1 + ((i * 7 + seed) % 255)
  return bytes
}

/** What the pages that are there add up to, by walking data and holes. */
function extents(data: FileData): [number, number][] {
  const found: [number, number][] = []
  for (let at = 0; at < data.size;) {
    let start: number
    try {
      start = seekData(data, at)
    } catch {
      break
    }
    const end = seekHole(data, start)
    found.push([start, end])
    at = end
  }
  return found
}

test('what is written comes back, across pages and chunks, and the rest is zeros', () => {
  for (const offset of [0, 1, PAGE - 1, PAGE, CHUNK - 3, CHUNK, 2 ** 40 - 5, 2 ** 52]) {
    const data = new FileData(space())
    const bytes = pattern(CHUNK + 10)
    assert.equal(data.write(bytes, offset), bytes.length)
    assert.equal(data.size, offset + bytes.length)
    const around = Buffer.alloc(bytes.length + 200, 0xee)
    const start = Math.max(0, offset - 100)
    const length = data.read(around, start)
    assert.equal(length, bytes.length + offset - start)
    assert.ok(around.subarray(0, offset - start).every((byte) => byte === 0))
    assert.ok(around.subarray(offset - start, length).equals(bytes))
  }
})

test('a whole chunk is written without zeros before, and is seen without a copy', () => {
  const data = new FileData(space())
  data.write(pattern(3 * CHUNK), 0)
  assert.equal(data.view(CHUNK, CHUNK)!.length, CHUNK)
  assert.equal(data.view(3 * CHUNK - 10, 100)!.length, 10)
  assert.equal(data.view(3 * CHUNK, 100)!.length, 0)
  assert.equal(data.view(CHUNK - 1, 2), undefined)
})

test('pages count once, and are given back', () => {
  const used = space()
  const data = new FileData(used)
  data.write(pattern(10), 0)
  data.write(pattern(10), 20)
  assert.equal(data.pages, 1)
  data.write(pattern(PAGE), PAGE / 2)
  assert.equal(data.pages, 2)
  assert.equal(used.usedBytes, 2 * PAGE)
  data.truncate(PAGE)
  assert.equal(used.usedBytes, PAGE)
  data.truncate(0)
  assert.equal(used.usedBytes, 0)
})

test('what is cut off is zeros when the file grows again', () => {
  for (const size of [1, PAGE - 1, PAGE, PAGE + 1, CHUNK - 1, CHUNK + 1]) {
    const data = new FileData(space())
    data.write(pattern(2 * CHUNK), 0)
    data.truncate(size)
    data.truncate(2 * CHUNK)
    const expected = Buffer.alloc(2 * CHUNK)
    pattern(2 * CHUNK).copy(expected, 0, 0, size)
    assert.ok(content(data).equals(expected), `cut off at ${size}`)
  }
})

test('without space for all, a write is short; without any, it is ENOSPC, and changes nothing', () => {
  const data = new FileData(space(3 * PAGE))
  assert.equal(data.write(pattern(10 * PAGE), 100), 3 * PAGE - 100)
  assert.equal(data.size, 3 * PAGE)
  assert.throws(() => data.write(pattern(1), 3 * PAGE), { code: 'ENOSPC' })
  assert.equal(data.size, 3 * PAGE)
  assert.equal(data.write(pattern(50), 0), 50, 'what is there can be overwritten')
  data.clear(0, PAGE)
  assert.equal(data.write(pattern(1), 4 * PAGE), 1)
})

test('reserving takes space, no memory, and all or nothing', () => {
  const used = space(100 * CHUNK)
  const data = new FileData(used)
  data.reserve(5, 60 * CHUNK)
  assert.equal(used.usedBytes, 60 * CHUNK)
  assert.equal(data.size, 0)
  assert.throws(() => data.reserve(0, 101 * CHUNK), { code: 'ENOSPC' })
  assert.equal(used.usedBytes, 60 * CHUNK)
  data.write(pattern(10), CHUNK)
  assert.equal(used.usedBytes, 60 * CHUNK)
  assert.ok(
    content(data)
      .subarray(0, CHUNK)
      .every((byte) => byte === 0),
  )
  data.truncate(data.size)
  assert.equal(used.usedBytes, CHUNK + PAGE, 'what is reserved beyond the end goes with it')
})

test('holes and data are found, also far apart', () => {
  const data = new FileData(space())
  for (const at of [0, 3 * PAGE, CHUNK, 2 ** 40]) data.write(pattern(PAGE), at)
  assert.deepEqual(extents(data), [
    [0, PAGE],
    [3 * PAGE, 4 * PAGE],
    [CHUNK, CHUNK + PAGE],
    [2 ** 40, 2 ** 40 + PAGE],
  ])
  assert.equal(seekHole(data, 2 * PAGE), 2 * PAGE)
  assert.equal(seekData(data, 2 ** 40 + 5), 2 ** 40 + 5)
  for (const offset of [-1, data.size]) {
    assert.throws(() => seekData(data, offset), { code: 'ENXIO' })
    assert.throws(() => seekHole(data, offset), { code: 'ENXIO' })
  }
  data.truncate(2 ** 41)
  assert.throws(() => seekData(data, 2 ** 40 + PAGE), { code: 'ENXIO' })
})

test('COLLAPSE and INSERT move whole pages, and refuse the rest', () => {
  const data = new FileData(space())
  const bytes = pattern(2 * CHUNK + 10 * PAGE + 7)
  data.write(bytes, 0)
  fallocate(data, COLLAPSE, 3 * PAGE, CHUNK + PAGE)
  const collapsed = Buffer.concat([bytes.subarray(0, 3 * PAGE), bytes.subarray(CHUNK + 4 * PAGE)])
  assert.ok(content(data).equals(collapsed))
  fallocate(data, INSERT, PAGE, CHUNK + 2 * PAGE)
  const hole = Buffer.alloc(CHUNK + 2 * PAGE)
  assert.ok(content(data).equals(Buffer.concat([collapsed.subarray(0, PAGE), hole, collapsed.subarray(PAGE)])))
  assert.deepEqual(extents(data), [
    [0, PAGE],
    [CHUNK + 3 * PAGE, data.size],
  ])
  for (const mode of [COLLAPSE, INSERT]) {
    assert.throws(() => fallocate(data, mode, 1, PAGE), { code: 'EINVAL' })
    assert.throws(() => fallocate(data, mode, 0, 1), { code: 'EINVAL' })
    assert.throws(() => fallocate(data, mode, Math.ceil(data.size / PAGE) * PAGE, PAGE), { code: 'EINVAL' })
  }
  assert.throws(() => fallocate(data, COLLAPSE, 0, Math.ceil(data.size / PAGE) * PAGE), { code: 'EINVAL' })
  assert.throws(() => fallocate(data, INSERT, 0, 2 ** 53 - PAGE), { code: 'EFBIG' })
})

test('unknown modes are EOPNOTSUPP', () => {
  const data = new FileData(space())
  for (const mode of [2, 4, 0x80, PUNCH | ZERO, COLLAPSE | KEEP]) {
    assert.throws(() => fallocate(data, mode, 0, PAGE), { code: 'EOPNOTSUPP' })
  }
  assert.throws(() => fallocate(data, 0, 2 ** 53 - 1, PAGE), { code: 'EFBIG' })
})

test('a copy has holes where the source has them, and stops where space ends', () => {
  const source = new FileData(space())
  source.write(pattern(PAGE), 0)
  source.write(pattern(PAGE, 9), 4 * PAGE)
  const target = new FileData(space())
  target.write(pattern(6 * PAGE, 50), 0)
  assert.equal(copyRange(source, 0, target, 0, Infinity), 5 * PAGE)
  assert.deepEqual(extents(target), [
    [0, PAGE],
    [4 * PAGE, 6 * PAGE],
  ])
  assert.ok(
    content(target)
      .subarray(0, 5 * PAGE)
      .equals(content(source)),
  )
  const small = new FileData(space(PAGE))
  assert.equal(copyRange(source, 0, small, 0, 5 * PAGE), 4 * PAGE)
  assert.throws(() => copyRange(source, 4 * PAGE, small, 4 * PAGE, PAGE), { code: 'ENOSPC' })
  assert.equal(copyRange(source, 5 * PAGE, target, 0, 10), 0)
})

/** One random operation on the data and on plain memory. */
function step(random: Random, data: FileData, model: Buffer): Buffer {
  const limit = 3 * CHUNK
  const offset = random.below(4) === 0 ? random.below(limit / PAGE) * PAGE : random.below(limit)
  const length = 1 + random.below(random.below(3) === 0 ? 2 * CHUNK : 3 * PAGE)
  const end = offset + length
  const grown = (size: number) =>
    size <= model.length ? model : Buffer.concat([model, Buffer.alloc(size - model.length)])
  switch (random.below(8)) {
    case 0:
    case 1: {
      const bytes = pattern(length, random.below(255))
      data.write(bytes, offset)
      const after = grown(end)
      bytes.copy(after, offset)
      return after
    }
    case 2:
      data.truncate(offset)
      return grown(offset).subarray(0, offset)
    case 3:
      fallocate(data, PUNCH, offset, length)
      return model.fill(0, Math.min(offset, model.length), Math.min(end, model.length))
    case 4:
      fallocate(data, ZERO, offset, length)
      return grown(end).fill(0, offset, end)
    case 5:
      fallocate(data, random.below(2), offset, length)
      return data.size === model.length ? model : grown(end)
    case 6: {
      const [from, size] = [offset - (offset % PAGE), Math.ceil(length / PAGE) * PAGE]
      if (from + size >= model.length) return model
      const isInsert = random.below(2) === 0
      fallocate(data, isInsert ? INSERT : COLLAPSE, from, size)
      const middle = isInsert ? Buffer.alloc(size) : Buffer.alloc(0)
      return Buffer.concat([model.subarray(0, from), middle, model.subarray(isInsert ? from : from + size)])
    }
    default: {
      const target = random.below(2) === 0 ? end + random.below(PAGE) : Math.max(0, offset - length)
      const copied = copyRange(data, offset, data, target, Math.min(length, Math.abs(target - offset)))
      if (copied === 0) return model
      const bytes = Buffer.from(model.subarray(offset, offset + copied))
      const after = grown(target + copied)
      bytes.copy(after, target)
      return after
    }
  }
}

test('random operations do what they do to plain memory, and no page is lost', () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
  const random = new Random(seed)
  const used = space()
  let data = new FileData(used)
  let model = Buffer.alloc(0)
  const zeros = Buffer.alloc(16 * CHUNK)
  for (let i = 0; i < 1500; i += 1) {
    if (model.length > 8 * CHUNK || random.below(100) === 0) {
      data.truncate(0)
      assert.equal(used.usedBytes, 0, `seed ${seed}, step ${i}`)
      data = new FileData(used)
      model = Buffer.alloc(0)
    }
    model = Buffer.from(step(random, data, model))
    assert.equal(data.size, model.length, `seed ${seed}, step ${i}`)
    assert.ok(content(data).equals(model), `seed ${seed}, step ${i}`)
    assert.equal(used.usedBytes, data.pages * PAGE, `seed ${seed}, step ${i}`)
    let hole = 0
    for (const [from, to] of [...extents(data), [model.length, model.length] as const]) {
      assert.ok(model.subarray(hole, from).equals(zeros.subarray(0, from - hole)), `seed ${seed}, step ${i}: not zeros`)
      hole = to
    }
  }
})
