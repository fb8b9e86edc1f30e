import assert from 'node:assert/strict'
import { test } from 'node:test'
import { socketSettings } from '#src/transport/socket/options.js'
import { SeqpacketTransport } from '#src/transport/socket/seqpacket.js'
import { threadLoop } from '#src/transport/thread-loop.js'
import { Recorder, write } from '../../contract/transport/contract.js'
import { seqpacketPair } from '../../helpers/seqpacket.js'

const options = { skip: process.platform !== 'linux' && 'needs Linux', timeout: 60_000 }

async function connected() {
  const settings = socketSettings({ kind: 'seqpacket' }, false)
  const [near, far] = seqpacketPair()
  const a = new SeqpacketTransport(near, (await threadLoop()).loop, settings)
  const b = new SeqpacketTransport(far, (await threadLoop()).loop, settings)
  const received = new Recorder()
  a.start(new Recorder())
  b.start(received)
  const pass = async () => {
    const { length } = received.messages
    const message = a.borrow()
    assert.equal(a.send(message, write(message, 20, length)), 0)
    await received.until(() => received.messages.length === length + 1)
  }
  const close = () => {
    a.close()
    b.close()
  }
  return { pass, close }
}

test('all users of a thread have one loop, until the last has closed it', options, async () => {
  const [one, two] = [await threadLoop(), await threadLoop('reactor')]
  assert.equal(one.loop.stats, two.loop.stats)
  assert.equal(two.reason, 'as asked for')
  one.loop.close()
  one.loop.close()
  const three = await threadLoop()
  assert.equal(three.loop.stats, two.loop.stats)
  two.loop.close()
  three.loop.close()
  const later = await threadLoop()
  assert.notEqual(later.loop.stats, three.loop.stats)
  later.loop.close()
})

test('a plain loop is its user’s own', options, async () => {
  const [shared, own] = [await threadLoop(), await threadLoop('plain')]
  assert.equal(own.kind, 'plain')
  assert.notEqual(own.loop.stats, shared.loop.stats)
  shared.loop.close()
  own.loop.close()
})

test('who leaves does not disturb the others', options, async () => {
  const connections = [await connected(), await connected(), await connected()]
  for (let left = connections.length; left > 0; left -= 1) {
    for (const { pass } of connections.slice(0, left)) await pass()
    connections[left - 1]!.close()
  }
})
