import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { seqpacketSocket } from '#src/sys/socket.js'
import { connectSocket, listenSocket, type ListenOptions } from '#src/transport/socket/index.js'
import { socketSettings } from '#src/transport/socket/options.js'
import { checkRoom } from '#src/transport/socket/seqpacket-room.js'
import { sendRaw, unheededPeer } from '../../helpers/seqpacket.js'
import type { Transport } from '#src/transport/transport.js'
import { Recorder, transportContract, write } from './contract.js'

const KINDS = ['stream', 'seqpacket'] as const
const LIMIT = { timeout: 60_000 }
const linux = process.platform === 'linux'

async function ends(options: ListenOptions) {
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-socket-'))
  const path = join(directory, 'socket')
  const listener = await listenSocket(path, options)
  const other = new Promise<Transport>((resolve) => {
    listener.start(resolve)
  })
  const dispose = async () => {
    await listener.close()
    rmSync(directory, { recursive: true })
  }
  return { directory, path, listener, other, dispose }
}

for (const kind of KINDS) {
  if (kind === 'seqpacket' && !linux) {
    test('seqpacket', { skip: 'needs Linux' }, () => undefined)
    continue
  }
  transportContract(`Unix socket, ${kind}`, async () => {
    const { path, other, dispose } = await ends({ kind })
    const a = await connectSocket(path, { kind })
    return { a, b: await other, dispose }
  })

  test(`${kind}: who listens hears of those who came before, and of each by itself`, LIMIT, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fusewire-socket-'))
    const path = join(directory, 'socket')
    const listener = await listenSocket(path, { kind })
    const made = [await connectSocket(path, { kind }), await connectSocket(path, { kind })]
    const accepted: Recorder[] = []
    const noted: Transport[] = []
    const all = new Promise<void>((resolve) => {
      listener.start((transport) => {
        noted.push(transport)
        const recorder = new Recorder()
        accepted.push(recorder)
        transport.start(recorder)
        if (noted.length === 3) resolve()
      })
    })
    made.push(await connectSocket(path, { kind }))
    await all
    for (const [i, transport] of made.entries()) {
      transport.start(new Recorder())
      const message = transport.borrow()
      transport.send(message, write(message, 20 + i, i))
    }
    await Promise.all(accepted.map((recorder) => recorder.until(() => recorder.messages.length === 1)))
    const lengths = accepted.map(({ messages }) => messages[0]!.length)
    assert.deepEqual(
      lengths.toSorted((a, b) => a - b),
      [20, 21, 22],
    )
    await listener.close()
    await listener.closed
    // The connections go on without it.
    made[0]!.close()
    await Promise.any(accepted.map((recorder) => recorder.until(() => recorder.ends.length === 1)))
    for (const transport of [...made, ...noted]) transport.close()
    rmSync(directory, { recursive: true })
  })

  test(`${kind}: the file is the user’s own, and goes with the listener`, LIMIT, async () => {
    const { path, listener, dispose } = await ends({ kind })
    assert.equal(statSync(path).mode & 0o7777, 0o600)
    assert.ok(statSync(path).isSocket())
    await listener.close()
    await listener.closed
    assert.equal(existsSync(path), false)
    await dispose()
    const open = await ends({ kind, mode: 0o622 })
    assert.equal(statSync(open.path).mode & 0o7777, 0o622)
    await open.dispose()
  })

  test(`${kind}: a path that is in use is refused, that of a dead server replaced`, LIMIT, async () => {
    const { path, directory, dispose } = await ends({ kind })
    for (const again of KINDS) {
      await assert.rejects(listenSocket(path, { kind: again }), {
        code: 'ERR_SOCKET_IN_USE',
        message: `${path}: somebody listens there already; end that server, or take another path`,
      })
    }
    const file = join(directory, 'file')
    writeFileSync(file, 'precious')
    await assert.rejects(listenSocket(file, { kind }), { code: 'ERR_SOCKET_IN_USE', message: /is no socket/ })
    assert.ok(existsSync(file))
    const stale = join(directory, 'stale')
    await unheededPeer(stale)
    assert.ok(statSync(stale).isSocket())
    const listener = await listenSocket(stale, { kind })
    const a = await connectSocket(stale, { kind })
    a.close()
    await listener.close()
    await dispose()
  })

  test(`${kind}: nobody listens: an error with the system’s own code`, LIMIT, async () => {
    await assert.rejects(connectSocket(join(tmpdir(), 'fusewire-nobody'), { kind }), { code: 'ENOENT' })
  })

  test(`${kind}: a path that is too long says so`, LIMIT, async () => {
    const path = join(tmpdir(), 'x'.repeat(120))
    await assert.rejects(connectSocket(path, { kind }), { code: /ENAMETOOLONG|EINVAL|ENOENT/ })
  })

  test(
    `${kind}: an accepted connection that cannot send takes nothing more, and goes on when it can`,
    LIMIT,
    async () => {
      const { path, other, dispose } = await ends({ kind })
      const a = await connectSocket(path, { kind })
      const b = await other
      let answered = 0
      b.start(
        new Recorder(() => {
          answered += 1
          const reply = b.borrow()
          assert.equal(b.send(reply, write(reply, 100_000, 1)), 0)
          return 'done'
        }),
      )
      const requests = 3000
      for (let i = 0; i < requests; i += 1) {
        const message = a.borrow()
        assert.equal(a.send(message, write(message, 16, i)), 0)
      }
      // Nobody reads at `a` yet: it stands still long before all are answered.
      for (let before = -1; before !== answered || before === 0;) {
        before = answered
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      assert.ok(answered < requests / 2, `${answered} answers were given that nobody took`)
      const atA = new Recorder()
      a.start(atA)
      await atA.until(() => atA.messages.length === requests)
      a.close()
      b.close()
      await dispose()
    },
  )
}

for (const [title, bytes, message] of [
  ['a length that cannot be', [4, 0, 0, 0], /stream: len at byte 0: is 4/],
  ['a message that is too long', [0, 0, 0, 0x40], /is 1073741824/],
] as const) {
  test(`stream: ${title} ends the connection, and says why`, LIMIT, async () => {
    const { path, other, dispose } = await ends({})
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

test('stream: an end within a message is an error', LIMIT, async () => {
  const { path, other, dispose } = await ends({})
  const peer = connect(path)
  const atB = new Recorder()
  ;(await other).start(atB)
  peer.end(Uint8Array.from([40, 0, 0, 0, 1, 2]))
  await atB.until(() => atB.ends.length > 0)
  assert.match(String(atB.ends[0]), /end at byte 6: comes within a message/)
  await dispose()
})

test(
  'seqpacket: a message that is too long ends the connection, and says why',
  { skip: !linux, ...LIMIT },
  async () => {
    const { path, other, dispose } = await ends({ kind: 'seqpacket', maxDataBytes: 4096 })
    const peer = await sendRaw(path, new Uint8Array(20_000))
    const atB = new Recorder()
    ;(await other).start(atB)
    await atB.until(() => atB.ends.length > 0)
    assert.match(String(atB.ends[0]), /seqpacket: len at byte 0: is 20000; a message has at most 12288 bytes/)
    peer.close()
    await dispose()
  },
)

test('seqpacket: messages for which the system has no room are refused, with what to do', { skip: !linux }, () => {
  using socket = seqpacketSocket()
  const settings = { ...socketSettings({ kind: 'seqpacket' }, false), bufferBytes: 2 ** 40 }
  assert.throws(() => checkRoom(socket, settings), { code: 'ERR_UNSUPPORTED', message: /net\.core\.wmem_max/ })
})

test('sizes that cannot be are refused', async () => {
  for (const maxDataBytes of [0, 4095, 1.5, 2 ** 40]) {
    await assert.rejects(async () => connectSocket('/x', { maxDataBytes }), { name: 'RangeError' })
  }
})
