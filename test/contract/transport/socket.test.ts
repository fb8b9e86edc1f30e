import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectSocket, listenSocket, type SocketTransport } from '#src/transport/socket.js'
import { Recorder, transportContract } from './contract.js'

async function ends() {
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-socket-'))
  const path = join(directory, 'socket')
  let accepted: (transport: SocketTransport) => void = () => undefined
  const other = new Promise<SocketTransport>((resolve) => {
    accepted = resolve
  })
  const server = await listenSocket(path, (transport) => accepted(transport))
  const dispose = async () => {
    await server.close()
    rmSync(directory, { recursive: true })
  }
  return { path, server, other, dispose }
}

transportContract('Unix socket', async () => {
  const { path, other, dispose } = await ends()
  const a = await connectSocket(path)
  return { a, b: await other, dispose }
})

for (const [title, bytes, message] of [
  ['a length that cannot be', [4, 0, 0, 0], /stream: len at byte 0: is 4/],
  ['a message that is too long', [0, 0, 0, 0x40], /is 1073741824/],
] as const) {
  test(`${title} ends the connection, and says why`, async () => {
    const { path, other, dispose } = await ends()
    const peer = connect(path)
    peer.on('error', () => undefined)
    const atB = new Recorder()
    ;(await other).start(atB)
    peer.write(Uint8Array.from(bytes))
    await atB.until(() => atB.ends.length > 0)
    assert.match(String(atB.ends[0]), message)
    peer.destroy()
    await dispose()
  })
}

test('an end within a message is an error', async () => {
  const { path, other, dispose } = await ends()
  const peer = connect(path)
  const atB = new Recorder()
  ;(await other).start(atB)
  peer.end(Uint8Array.from([40, 0, 0, 0, 1, 2]))
  await atB.until(() => atB.ends.length > 0)
  assert.match(String(atB.ends[0]), /end at byte 6: comes within a message/)
  await dispose()
})

test('nobody listens: an error of Node’s own', async () => {
  await assert.rejects(connectSocket(join(tmpdir(), 'fusewire-nobody')), { code: 'ENOENT' })
})
