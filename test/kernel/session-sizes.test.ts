import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotMount } from '../helpers/needs.js'
import { O } from '../helpers/posix.js'
import { serveRobust } from '../helpers/robust.js'

/* The longest messages that a kernel sends and takes, whatever was wished. */

const options = { skip: cannotMount(), timeout: 30_000 }
const MIB = 1 << 20

for (const [title, init, write, read] of [
  ['by default: 1 MiB at a time', {}, MIB, MIB],
  ['more than the kernel has: 1 MiB at a time', { maxWrite: 16 * MIB }, MIB, MIB],
  ['small writes: reads are as small', { maxWrite: 8192 }, 8192, 8192],
  ['small writes, large reads', { maxWrite: 4096, maxPages: 256 }, 4096, MIB],
] as const) {
  test(title, options, async (t) => {
    const { path, counts, agent } = await serveRobust(t, { init })
    const client = await agent()
    // A file that bypasses the page cache.
    const fd = await client.call('open', `${path}/direct-1`, O.RDWR, 0)
    const data = Buffer.alloc(MIB)
    for (let at = 0; at < MIB; at += 1) data[at] = (at >> 8) + at
    assert.equal(await client.call('pwrite', fd, data, 0), MIB)
    assert.deepEqual(Buffer.from(await client.call('pread', fd, MIB, 0)), data)
    const { largestWrite, largestRead, errors } = await counts()
    // A buffer that starts within a page has part of one more, so a request of as many pages has fewer bytes.
    const isAbout = (bytes: number, most: number) => bytes <= most && bytes > most - 4096
    assert.ok(isAbout(largestWrite, write) && isAbout(largestRead, read), `${largestWrite}, ${largestRead}`)
    assert.equal(errors, 0)
  })
}

test('extended attributes of 64 KiB fit into the messages of a mount with small writes', options, async (t) => {
  const { path, agent } = await serveRobust(t, { init: { maxWrite: 4096 } })
  const client = await agent()
  const value = Buffer.alloc(65_536, 3)
  await client.call('setxattr', `${path}/plain-1`, 'user.large', value)
  assert.deepEqual(Buffer.from(await client.call('getxattr', `${path}/plain-1`, 'user.large', 65_536)), value)
})
