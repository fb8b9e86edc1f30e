import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageBuffer } from '#src/protocol/message.js'
import { Framer } from '#src/transport/framer.js'
import { expected } from '../../contract/transport/contract.js'
import { fromEnvironment, Random } from '../../helpers/random.js'

test('a stream is cut into its messages wherever its chunks end', () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Date.now() >>> 0)
  console.log(`seed ${seed}`)
  const random = new Random(seed)
  for (let round = 0; round < 200; round += 1) {
    const messages = Array.from({ length: 1 + random.below(6) }, (_, i) => expected(16 + random.below(90), i))
    const stream = Buffer.concat(messages)
    const out: Uint8Array[] = []
    const framer = new Framer({
      maxBytes: 128,
      borrow: () => messageBuffer(128),
      deliver: (message, end) => out.push(message.bytes.slice(0, end)) > 0,
    })
    for (let at = 0; at < stream.length;) {
      const size = 1 + random.below(40)
      framer.push(stream.subarray(at, at + size))
      at += size
    }
    assert.deepEqual(out, messages)
    assert.equal(framer.pending, 0)
  }
})

test('a length below a header or above the maximum is refused, and borrows no more than one buffer', () => {
  let borrowed = 0
  const borrow = () => {
    borrowed += 1
    return messageBuffer(64)
  }
  for (const length of [0, 15, 65, 0xffff_ffff]) {
    const framer = new Framer({ maxBytes: 64, borrow, deliver: assert.fail })
    const bytes = messageBuffer(4)
    bytes.view.setUint32(0, length, true)
    assert.throws(() => framer.push(bytes.bytes), { code: 'ERR_PROTOCOL' })
  }
  assert.equal(borrowed, 4)
})
