import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId, Unique } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type MessageBuffer, type RequestInput } from '#src/protocol/message.js'
import type { InitIn } from '#src/protocol/negotiated.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { Session } from '#src/server/session.js'
import type { Transport } from '#src/transport/transport.js'

/* The session without a kernel: on a transport that only takes note. */

const header = { unique: 8 as Unique, nodeid: 1 as NodeId, uid: 0, gid: 0, pid: 0 }
const mkdir = { op: 'MKDIR', header, fuse_mkdir_in: { mode: 0o755, umask: 0 }, name: 'd' } as const
const defaults = { entryTimeoutMs: 0, attrTimeoutMs: 0, negativeTimeoutMs: 0, keepCache: false, cacheDir: false }

function session(fs: FileSystem) {
  const released: MessageBuffer[] = []
  const sent: number[] = []
  const transport: Transport = {
    start: () => undefined,
    borrow: () => messageBuffer(4096),
    send: (_message, end) => {
      sent.push(end)
      return 0
    },
    release: (message) => released.push(message),
    close: () => undefined,
  }
  const made = new Session(transport, fs, { defaults, init: {}, onError: assert.fail })
  made.adopt({ major: 7, minor: 45, max_readahead: 0, flags: 0, flags2: 0 } as InitIn)
  const deliver = (request: RequestInput) => {
    const message = messageBuffer(256)
    return { message, received: made.receive(message, new MessageCodec().encodeRequest(message, 0, request)) }
  }
  return { deliver, released, sent }
}

const entry = { node: 2 as NodeId, attr: { mode: 0o40755 } }
const later: FileSystem = { mkdir: async () => Promise.resolve(entry) }

test('a request whose bytes an asynchronous handler may still look at keeps its buffer until the answer', async () => {
  const { deliver, released, sent } = session(later)
  const { message, received } = deliver({ ...mkdir, extensions: new Uint8Array(8) })
  assert.equal(received, 'kept')
  assert.deepEqual(released, [])
  await new Promise(setImmediate)
  assert.deepEqual(sent, [144])
  assert.deepEqual(released, [message])
})

test('one that has none of them gives its buffer back at once', async () => {
  const { deliver, released } = session(later)
  assert.equal(deliver(mkdir).received, 'pending')
  await new Promise(setImmediate)
  assert.deepEqual(released, [])
})

test('a handler that answers on the spot is done on the spot', () => {
  const { deliver, sent } = session({ mkdir: () => entry })
  assert.equal(deliver({ ...mkdir, extensions: new Uint8Array(8) }).received, 'done')
  assert.deepEqual(sent, [144])
})
