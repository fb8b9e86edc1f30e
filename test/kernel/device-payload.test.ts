import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { cannotMount } from '../helpers/needs.js'
import { serve } from '../helpers/served.js'

/* Reads that are answered with bytes that the filesystem has already, under a real kernel; see servers/payload.ts. */

const options = { skip: cannotMount(), timeout: 30_000 }

/** None, so few that they are on V8's heap, few enough to be copied, and more. */
const LENGTHS = [1, 64, 65, 4096, 4097, 131_072]
const SIZE = 300_000

test('whatever the bytes are, and wherever they are, they arrive', options, async (t) => {
  const { path } = await serve(t, 'payload')
  for (const name of ['filled', 'view', 'copy', 'node', 'shared', 'later', 'settled']) {
    const file = await open(join(path, name))
    try {
      for (const length of LENGTHS) {
        for (const position of [0, 7, SIZE - 5, SIZE]) {
          const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position)
          assert.equal(bytesRead, Math.min(length, SIZE - position), `${name}: ${length} bytes at ${position}`)
          const wrong = buffer.subarray(0, bytesRead).findIndex((byte, i) => byte !== (position + i) % 251)
          assert.equal(wrong, -1, `${name}: byte ${wrong} of ${length} at ${position}`)
        }
      }
    } finally {
      await file.close()
    }
  }
})

test('more bytes than were asked for are EIO and reported', options, async (t) => {
  const { path, ask } = await serve(t, 'payload')
  const file = await open(join(path, 'long'))
  try {
    await assert.rejects(file.read(Buffer.alloc(1000), 0, 1000, 0), { code: 'EIO' })
  } finally {
    await file.close()
  }
  assert.deepEqual(await ask(), ['RangeError: READ of 1000 bytes was answered 1001'])
})
