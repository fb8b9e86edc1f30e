import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Request } from '#src/protocol/message.js'
import { Hostile } from '../helpers/hostile.js'
import { settled } from '../helpers/pair.js'
import { fromEnvironment, Random } from '../helpers/random.js'

/*
 * A server that answers anything: garbage, wrong kinds, replies twice, numbers nobody knows, notifications in between. The
 * client must neither throw where nobody catches, nor hang once the connection ends, nor grow without bounds.
 */

const SIZES: Readonly<Record<string, readonly number[]>> = {
  LOOKUP: [128],
  GETATTR: [104],
  SETATTR: [104],
  STATX: [288],
  MKDIR: [128],
  SYMLINK: [128],
  OPEN: [16],
  OPENDIR: [16],
  CREATE: [144],
  WRITE: [8],
  STATFS: [80],
}

/** A body of the right size (mostly), of bytes that are plausible here and there. */
function body(random: Random, request: Request): Uint8Array {
  const size = random.below(12) === 0 ? random.below(300) : random.pick(SIZES[request.op] ?? [0, 0, 40, 160, 600])
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i + 8 <= size; i += 8) {
    const value = random.pick([0, 0, 1, 2, 3, 5, 100, 0xffff_ffff, random.next()])
    view.setUint32(i, value, true)
    if (random.below(10) === 0) view.setUint32(i + 4, random.next(), true)
  }
  const start = { LOOKUP: 40, MKDIR: 40, SYMLINK: 40, CREATE: 40, GETATTR: 16, SETATTR: 16 }[request.op as 'LOOKUP']
  if (start !== undefined && size >= start + 88 && random.below(8) !== 0) plausible(random, request, view, start)
  return bytes
}

const MODES = [0, 0o040755, 0o040755, 0o100644, 0o120777, 0o100644] as const

/** Attributes that an honest server could give, most of the time those that the node had before. */
function plausible(random: Random, request: Request, view: DataView, start: number): void {
  const hasEntry = start === 40
  const id = hasEntry ? 2 + random.below(4) : Number(request.header.nodeid)
  if (hasEntry) {
    view.setBigUint64(0, BigInt(id), true)
    view.setBigUint64(8, random.below(30) === 0 ? 1n : 0n, true)
  }
  view.setUint32(start + 60, random.below(40) === 0 ? random.pick(MODES) : (MODES[id] ?? 0o100644), true)
  view.setBigUint64(start + 8, BigInt(random.below(40_000)), true)
}

function notification(random: Random): Uint8Array {
  const size = 16 + random.pick([0, 8, 16, 24, 25, 26, 32, 40, 4120])
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  for (let i = 16; i + 4 <= size; i += 4) view.setUint32(i, random.pick([0, 0, 1, 2, 3, random.next()]), true)
  view.setUint32(0, size, true)
  view.setInt32(4, random.below(12), true)
  return bytes
}

test('a hostile server', { timeout: 60_000 }, async () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Date.now() >>> 0)
  console.log(`seed ${seed}`)
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note)
  const reached = new Map<string, number>()
  for (let round = 0; round < 120; round += 1) {
    const random = new Random(seed + round)
    const h = new Hostile(
      { flags: random.next() & 0x3fff_ffff },
      { maxPageBytes: 1 << 20, maxDentries: 50, maxEntries: 500, maxFileBytes: 4 << 20 },
    )
    h.answer = (request) => {
      if (random.below(20) === 0) return
      const times = random.below(15) === 0 ? 2 : 1
      for (let i = 0; i < times; i += 1) {
        const { unique } = request.header
        if (random.below(5) === 0) void h.raw(unique, -1 - random.below(511))
        else void h.raw(unique, 0, body(random, request))
      }
      if (random.below(3) === 0) void h.bytes(notification(random))
      if (random.below(20) === 0) void h.raw(random.next(), 0)
    }
    const { fs } = h.client
    const path = () => random.pick(['/', '/a', '/a/b', '/c', '/c/d/e'])
    const calls: Promise<unknown>[] = []
    for (let i = 0; i < 60; i += 1) {
      const call = random.pick<() => Promise<unknown>>([
        () => fs.stat(path()),
        () => fs.readFile(path()),
        () => fs.writeFile(path(), 'data'),
        () => fs.readdir(path()),
        () => fs.mkdir(path()),
        () => fs.unlink(path()),
        () => fs.rename(path(), path()),
        () => fs.readlink(path()),
        () => fs.symlink('a', path()),
        () => fs.truncate(path(), 10),
        () => fs.listxattr(path()),
        () => fs.statfs(path()),
      ])
      calls.push(call().catch((error: unknown) => assert.ok(isErrno(error), String((error as Error).stack))))
      if (random.below(3) === 0) await settled()
    }
    await settled()
    for (const { op } of h.requests) reached.set(op, (reached.get(op) ?? 0) + 1)
    const { pageBytes, dentries } = h.client.inspect()
    assert.ok(pageBytes <= 4 << 20)
    assert.ok(dentries.length < 500)
    h.client.abort()
    await Promise.all(calls)
  }
  await settled()
  process.off('unhandledRejection', note)
  assert.deepEqual(unhandled, [])
  for (const op of ['READ', 'WRITE', 'READDIR', 'SETATTR', 'READLINK', 'RENAME']) {
    assert.ok((reached.get(op) ?? 0) >= 3, `${op} was hardly reached: ${JSON.stringify([...reached])}`)
  }
})

function isErrno(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'errno' in error
}
