import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FuseError } from '#src/base/errors.js'
import { ROOT_ID, type Unique } from '#src/base/ids.js'
import { messageBuffer } from '#src/protocol/message.js'
import type { FileSystem } from '#src/server/filesystem.js'
import type { RequestContext } from '#src/server/context.js'
import { FakeSession, settled } from '../../helpers/fake-session.js'

/* Interrupts, faults, malformed messages and the end. */

const getattr = { op: 'GETATTR', fuse_getattr_in: { getattr_flags: 0, fh: 0 } } as const
const attr = { attr: { mode: 0o40755 } }

function started(fs: FileSystem): FakeSession {
  const fake = new FakeSession(fs)
  fake.init()
  return fake
}

function interrupt(fake: FakeSession, unique: Unique): void {
  fake.deliver({ op: 'INTERRUPT', header: { unique: Number(unique) + 1 }, fuse_interrupt_in: { unique } })
}

/** A handler that gives up once its signal is aborted; `ask` is when it looks at it. */
function patient(when: 'at once' | 'later') {
  const requests: RequestContext[] = []
  const fs: FileSystem = {
    getattr: async (req) => {
      requests.push(req)
      if (when === 'later') await settled()
      const { signal } = req
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      throw new FuseError('EINTR')
    },
  }
  return { fs, requests }
}

for (const when of ['at once', 'later'] as const) {
  test(`INTERRUPT of a request whose handler asks for its signal ${when}`, async () => {
    const { fs } = patient(when)
    const fake = started(fs)
    const { unique, received } = fake.deliver(getattr)
    assert.equal(received, 'pending')
    interrupt(fake, unique)
    await settled()
    await settled()
    // INTERRUPT itself gets no reply.
    assert.deepEqual([fake.sent.length, fake.lastErrno(), fake.errors, fake.out], [2, 4, [], 0])
  })

  test(`INTERRUPT that was read before its request, ${when}`, async () => {
    const { fs } = patient(when)
    const fake = started(fs)
    const unique = 1000 as Unique
    interrupt(fake, unique)
    const other = fake.deliver(getattr)
    fake.deliver({ ...getattr, header: { unique } })
    await settled()
    await settled()
    assert.deepEqual([fake.sent.length, fake.lastErrno()], [2, 4])
    interrupt(fake, other.unique)
    await settled()
    assert.equal(fake.sent.length, 3)
  })
}

test('INTERRUPT of a request that is answered reaches nobody, neither then nor with a later request', async () => {
  let signal: AbortSignal | undefined
  const fake = started({
    getattr: (req) => {
      signal = req.signal
      return attr
    },
  })
  const first = fake.deliver(getattr)
  interrupt(fake, first.unique)
  assert.equal(signal!.aborted, false)
  fake.deliver(getattr)
  assert.equal(signal!.aborted, false)
})

test('thousands of INTERRUPTs that came too late take no memory, and the last of them are still known', async () => {
  const { fs, requests } = patient('at once')
  const fake = started(fs)
  for (let unique = 10_000; unique < 20_000; unique += 2) interrupt(fake, unique as Unique)
  fake.deliver({ ...getattr, header: { unique: 10_000 } })
  fake.deliver({ ...getattr, header: { unique: 19_998 } })
  assert.deepEqual(
    requests.map(({ signal }) => signal.aborted),
    [false, true],
  )
  fake.session.ended(undefined)
  await settled()
})

/** Throws anything, which JavaScript allows, and the linter does not. */
function raise(thrown: unknown): never {
  throw thrown as Error
}

for (const thrown of [new TypeError('a fault'), 'a string', undefined, null, 17, { code: 'ERR_SOMETHING' }]) {
  test(`a handler that throws ${JSON.stringify(thrown)} is EIO and reported, at once or later`, async () => {
    const now = started({ getattr: () => raise(thrown) })
    now.deliver(getattr)
    const later = started({ getattr: async () => raise(await Promise.resolve(thrown)) })
    later.deliver(getattr)
    await settled()
    for (const fake of [now, later]) {
      assert.deepEqual([fake.lastErrno(), fake.errors, fake.out], [5, [{ error: thrown, request: 'GETATTR' }], 0])
    }
  })
}

test('an error with the code of an errno is an answer, whoever made it', () => {
  for (const [error, errno] of [
    [new FuseError('EDQUOT'), 122],
    [Object.assign(new Error('from Node'), { code: 'EACCES', errno: -13 }), 13],
    [{ code: 'ELOOP' }, 40],
  ] as const) {
    const fake = started({ getattr: () => raise(error) })
    fake.deliver(getattr)
    assert.deepEqual([fake.lastErrno(), fake.errors], [errno, []])
  }
})

test('what onError throws is an uncaught exception of the process, after the caller has its answer', async (t) => {
  const fault = new Error('from onError')
  const fake = started({
    getattr: () => {
      throw new TypeError('a fault')
    },
  })
  fake.errors.push = () => {
    throw fault
  }
  const uncaught: unknown[] = []
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => uncaught.push(error))
  t.after(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of listeners) process.on('uncaughtException', listener)
  })
  assert.equal(fake.deliver(getattr).received, 'done')
  assert.equal(fake.lastErrno(), 5)
  await settled()
  assert.deepEqual(uncaught, [fault])
})

test('a malformed message is answered if it says whom, and reported', () => {
  const fake = started({ getattr: () => attr })
  const message = messageBuffer(64)
  const end = fake.codec.encodeRequest(message, 0, {
    op: 'LOOKUP',
    header: { unique: 30 as Unique, nodeid: ROOT_ID, uid: 0, gid: 0, pid: 0 },
    name: 'abc',
  })
  message.bytes[end - 1] = 0x78
  assert.equal(fake.receive(message, end), 'done')
  assert.deepEqual([fake.lastErrno(), fake.errors.map(({ request }) => request)], [75, ['LOOKUP']])
  const sent = fake.sent.length
  // An opcode that nobody knows; a message that is too short to say anything.
  message.view.setUint32(4, 999, true)
  fake.receive(message, end)
  assert.deepEqual([fake.sent.length, fake.lastErrno()], [sent + 1, 38])
  fake.receive(message, 20)
  // FORGET is never answered, not even with an error.
  message.view.setUint32(4, 2, true)
  fake.receive(message, end)
  assert.deepEqual([fake.sent.length, fake.errors.length, fake.out], [sent + 1, 4, 0])
})

test('what follows a reply is called after it, and its faults are reported', async () => {
  const order: string[] = []
  const fake = started({
    getattr: (req) => {
      req.afterReply(() => order.push(`after ${fake.sent.length}`))
      req.afterReply(() => {
        throw new TypeError('a fault')
      })
      req.afterReply(() => order.push('after that'))
      return attr
    },
  })
  fake.deliver(getattr)
  assert.deepEqual(order, ['after 2', 'after that'])
  assert.deepEqual(
    fake.errors.map(({ request }) => request),
    ['afterReply'],
  )
})

test('the end: signals abort, late answers send nothing and give their buffers back, closed follows destroy', async () => {
  const order: string[] = []
  let finish!: () => void
  let destroyed!: () => void
  const fake = started({
    write: async (req) => {
      req.signal.addEventListener('abort', () => order.push('aborted'))
      req.afterReply(() => order.push('never'))
      await new Promise<void>((resolve) => (finish = resolve))
      return req.data.length
    },
    read: () => new Promise(() => undefined),
    destroy: async () => {
      order.push('destroy')
      await new Promise<void>((resolve) => (destroyed = resolve))
    },
  })
  const io = { fh: 0, offset: 0, size: 4, lock_owner: 0, flags: 0 }
  assert.equal(
    fake.deliver({ op: 'WRITE', fuse_write_in: { ...io, write_flags: 0 }, data: new Uint8Array(4) }).received,
    'kept',
  )
  fake.deliver({ op: 'READ', fuse_read_in: { ...io, read_flags: 0 } })
  assert.equal(fake.out, 2)
  void fake.session.closed.then(() => order.push('closed'))
  fake.session.ended(undefined)
  await settled()
  assert.deepEqual(order, ['aborted', 'destroy'])
  destroyed()
  await settled()
  assert.deepEqual(order, ['aborted', 'destroy', 'closed'])
  finish()
  await settled()
  // The reply to READ is out for ever: its handler may still write there.
  assert.deepEqual([fake.sent.length, fake.out, order.length], [1, 1, 3])
})

test('destroy is called once: by DESTROY if there is one, and not at all without INIT', async () => {
  let calls = 0
  const fs: FileSystem = { destroy: () => void (calls += 1) }
  const fake = started(fs)
  fake.deliver({ op: 'DESTROY' })
  assert.deepEqual([calls, fake.lastErrno()], [1, 0])
  fake.session.ended(undefined)
  await fake.session.closed
  assert.equal(calls, 1)
  const early = new FakeSession(fs)
  early.session.ended(undefined)
  await early.session.closed
  await assert.rejects(early.session.initialised, /ended before INIT/)
  assert.equal(calls, 1)
})

test('a destroy that fails is reported, and the end is what it was', async () => {
  const faults = [
    () => {
      throw new TypeError('a fault')
    },
    async () => Promise.reject(new TypeError('a fault')),
  ]
  for (const destroy of faults) {
    const fake = started({ destroy })
    const why = new Error('aborted')
    fake.session.ended(why)
    await assert.rejects(fake.session.closed, why)
    assert.deepEqual(
      fake.errors.map(({ request }) => request),
      ['DESTROY'],
    )
  }
})
