import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MADV, O } from '#src/sys/constants.js'
import { Fd } from '#src/sys/fd.js'
import { preadRaw, pwrite, readRaw, setIovec, writevRaw } from '#src/sys/io.js'
import { Memory } from '#src/sys/memory.js'
import { open } from '#src/sys/open.js'
import { privateDirectory } from '../../helpers/directory.js'

/** Whether `address` belongs to a mapping of this process. */
function isMapped(address: number): boolean {
  return readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .some((line) => {
      const [start, end] = line
        .split(' ')[0]!
        .split('-')
        .map((part) => Number.parseInt(part, 16))
      return address >= start! && address < end!
    })
}

/** How many KiB of the mapping at `address` are in physical memory. */
function residentKiB(address: number): number {
  const smaps = readFileSync('/proc/self/smaps', 'latin1').split(/\n(?=[0-9a-f]+-)/)
  const entry = smaps.find((text) => {
    const [start, end] = text
      .split(' ')[0]!
      .split('-')
      .map((part) => Number.parseInt(part, 16))
    return address >= start! && address < end!
  })
  return Number(/^Rss: +(\d+)/m.exec(entry ?? '')?.[1] ?? 0)
}

async function collectGarbage(until: () => boolean): Promise<void> {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  for (let round = 0; round < 100 && !until(); round += 1) {
    gc()
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
}

test('system calls and views see the same memory', (t) => {
  using memory = Memory.allocate(10_000)
  assert.equal(memory.length, 10_000)
  assert.equal(memory.bytes.length, 10_000)
  assert.equal(memory.address % 4096, 0)
  memory.bytes.fill(7)
  using zero = new Fd(open('/dev/zero', O.RDONLY))
  assert.equal(readRaw(zero.number, memory.address, 5), 5)
  assert.deepEqual([...memory.bytes.subarray(0, 7)], [0, 0, 0, 0, 0, 7, 7])
  using file = new Fd(open(`${privateDirectory(t)}/f`, O.RDWR | O.CREAT, 0o600))
  memory.bytes.set(new TextEncoder().encode('headbody'), 0)
  setIovec(memory.view, 64, memory.address, 4)
  setIovec(memory.view, 80, memory.address + 4, 4)
  assert.equal(writevRaw(file.number, memory.address + 64, 2), 8)
  assert.equal(pwrite(file.number, new TextEncoder().encode('BODY'), 4), 4)
  assert.equal(preadRaw(file.number, memory.address + 100, 50, 2), 6)
  assert.equal(new TextDecoder().decode(memory.bytes.subarray(100, 106)), 'adBODY')
  assert.equal(preadRaw(-1, memory.address, 1, 0), -9)
})

test('a view that outlives dispose sees zeros, and the memory is given back at once', () => {
  const length = 1 << 20
  const memory = Memory.allocate(length)
  const { address, bytes, view } = memory
  bytes.fill(0xff)
  assert.ok(residentKiB(address) >= 1000)
  memory.dispose()
  memory.dispose()
  assert.ok(residentKiB(address) < 100)
  assert.equal(bytes[12_345], 0)
  assert.equal(view.getUint32(0, true), 0)
  bytes[0] = 1
  assert.throws(() => memory.address, { code: 'ERR_MEMORY_DISPOSED' })
  assert.throws(() => memory.advise(MADV.WILLNEED), { code: 'ERR_MEMORY_DISPOSED' })
})

test('disposing lets a mapped file go, and leaves it untouched by later writes to a view', (t) => {
  const path = `${privateDirectory(t)}/f`
  using file = new Fd(open(path, O.RDWR | O.CREAT, 0o600))
  pwrite(file.number, new TextEncoder().encode('shared'), 0)
  const memory = Memory.share(file.number, 0, 6)
  const { bytes } = memory
  bytes[0] = 0x53
  assert.equal(readFileSync(path, 'latin1'), 'Shared')
  memory.dispose()
  bytes[0] = 0x58
  assert.equal(readFileSync(path, 'latin1'), 'Shared')
  assert.ok(!readFileSync('/proc/self/maps', 'latin1').includes(path))
})

test('the range stays mapped while one view is reachable, and is unmapped when none is', async () => {
  const holder: { view?: DataView } = {}
  const address = (() => {
    const memory = Memory.allocate(1 << 22)
    // Protection against merging with a neighbour is not needed: the range is looked up by address.
    holder.view = memory.view
    const { address } = memory
    memory.dispose()
    return address
  })()
  await collectGarbage(() => !isMapped(address))
  assert.ok(isMapped(address), 'a reachable view keeps it')
  assert.equal(holder.view.getUint8((1 << 22) - 1), 0)
  delete holder.view
  await collectGarbage(() => !isMapped(address))
  assert.ok(!isMapped(address), 'nothing reaches it any more')
})

test('sizes that cannot be mapped are refused', () => {
  assert.throws(() => Memory.allocate(0), RangeError)
  assert.throws(() => Memory.allocate(1.5), RangeError)
  assert.throws(() => Memory.allocate(2 ** 50), { code: 'ENOMEM', syscall: 'mmap' })
})
