import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageBuffer, type MessageBuffer } from '#src/protocol/message.js'
import type { Received, Receiver, Transport } from '#src/transport/transport.js'

/** Two connected transports. */
export interface Ends {
  readonly a: Transport
  readonly b: Transport
  /** Lets go of what the two need besides. */
  readonly dispose: () => Promise<void>
  /** How `b` ends when `a` is closed. @default in order */
  readonly endOfB?: RegExp
}

/** Takes note of what comes, and lets a test wait for it. */
export class Recorder implements Receiver {
  readonly messages: Uint8Array[] = []
  ends: (Error | undefined)[] = []
  private readonly wake: (() => void)[] = []
  private readonly answer: (message: MessageBuffer, end: number) => Received

  constructor(answer: (message: MessageBuffer, end: number) => Received = () => 'done') {
    this.answer = answer
  }

  receive(message: MessageBuffer, end: number): Received {
    this.messages.push(message.bytes.slice(0, end))
    this.notify()
    return this.answer(message, end)
  }

  ended(error: Error | undefined): void {
    this.ends.push(error)
    this.notify()
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.wake.push(resolve)
      })
    }
  }

  private notify(): void {
    for (const wake of this.wake.splice(0)) wake()
  }
}

/** Writes a message of `length` bytes: its length, and bytes that follow from `seed`. */
export function write(message: MessageBuffer, length: number, seed: number): number {
  for (let i = 4; i < length; i += 1) message.bytes[i] = (seed + i * 7) & 0xff
  message.view.setUint32(0, length, true)
  return length
}

export function expected(length: number, seed: number): Uint8Array {
  const message = messageBuffer(length)
  write(message, length, seed)
  return message.bytes
}

/**
 * What every transport does, whatever it runs over.
 * @param withoutQueue why it cannot keep what the other side does not take, if so
 */
export function transportContract(name: string, make: () => Promise<Ends>, withoutQueue?: string): void {
  const check = (title: string, run: (ends: Ends) => Promise<void>, skip: string | false = false) => {
    test(`${name}: ${title}`, { timeout: 60_000, skip }, async () => {
      const ends = await make()
      try {
        await run(ends)
      } finally {
        ends.a.close()
        ends.b.close()
        await ends.dispose()
      }
    })
  }

  check('messages come whole and in order, both ways, whatever their size', async ({ a, b }) => {
    const [atA, atB] = [new Recorder(), new Recorder()]
    a.start(atA)
    b.start(atB)
    const longest = b.borrow()
    const sizes = [16, 17, 40, 4096, 65_552, 1024 * 1024 + 80, 16, 100_000].filter(
      (n) => n <= longest.bytes.length - 32,
    )
    b.release(longest)
    sizes.forEach((size, i) => {
      for (const from of [a, b]) {
        const message = from.borrow()
        assert.equal(from.send(message, write(message, size, i)), 0)
      }
    })
    for (const recorder of [atA, atB]) {
      await recorder.until(() => recorder.messages.length === sizes.length)
      sizes.forEach((size, i) => assert.deepEqual(recorder.messages[i], expected(size, i)))
    }
  })

  check('nothing is delivered within send', async ({ a, b }) => {
    const atB = new Recorder()
    a.start(new Recorder())
    b.start(atB)
    const message = a.borrow()
    a.send(message, write(message, 20, 1))
    assert.equal(atB.messages.length, 0)
    await atB.until(() => atB.messages.length === 1)
  })

  check('what is sent before the other end starts is not lost', async ({ a, b }) => {
    a.start(new Recorder())
    const message = a.borrow()
    a.send(message, write(message, 32, 3))
    await new Promise(setImmediate)
    const atB = new Recorder()
    b.start(atB)
    await atB.until(() => atB.messages.length === 1)
    assert.deepEqual(atB.messages[0], expected(32, 3))
  })

  check('a buffer that is kept is nobody else’s until it is released', async ({ a, b }) => {
    const kept: MessageBuffer[] = []
    const atB = new Recorder((message) => {
      kept.push(message)
      return 'kept'
    })
    a.start(new Recorder())
    b.start(atB)
    for (let i = 0; i < 8; i += 1) {
      const message = a.borrow()
      a.send(message, write(message, 64, i))
    }
    await atB.until(() => kept.length === 8)
    assert.equal(new Set(kept).size, 8)
    kept.forEach((message, i) => assert.deepEqual(message.bytes.slice(0, 64), expected(64, i)))
    for (const message of kept) b.release(message)
  })

  check('a receiver may answer within receive', async ({ a, b }) => {
    const atA = new Recorder()
    a.start(atA)
    b.start(
      new Recorder((_message, end) => {
        const reply = b.borrow()
        b.send(reply, write(reply, end + 1, 9))
        return 'done'
      }),
    )
    for (let i = 0; i < 100; i += 1) {
      const message = a.borrow()
      a.send(message, write(message, 16 + i, i))
    }
    await atA.until(() => atA.messages.length === 100)
    assert.deepEqual(
      atA.messages.map(({ length }) => length),
      Array.from({ length: 100 }, (_, i) => 17 + i),
    )
  })

  check('closing ends both sides, once and in order, after what was sent before', async ({ a, b, endOfB }) => {
    const [atA, atB] = [new Recorder(), new Recorder()]
    a.start(atA)
    b.start(atB)
    const message = a.borrow()
    a.send(message, write(message, 50, 5))
    a.close()
    a.close()
    await atB.until(() => atB.ends.length > 0)
    assert.equal(atB.messages.length, 1)
    assert.deepEqual(atA.ends, [undefined])
    assert.equal(atB.ends.length, 1)
    if (endOfB === undefined) assert.equal(atB.ends[0], undefined)
    else assert.match(String(atB.ends[0]), endOfB)
    b.close()
    assert.equal(atB.ends.length, 1)
  })

  check('sending after the end is refused, and nothing breaks', async ({ a, b }) => {
    const atB = new Recorder()
    a.start(new Recorder())
    b.start(atB)
    a.close()
    const message = a.borrow()
    assert.equal(a.send(message, write(message, 16, 0)), -19)
    await atB.until(() => atB.ends.length > 0)
    const late = b.borrow()
    assert.equal(b.send(late, write(late, 16, 0)), -19)
    b.release(b.borrow())
  })

  check('a payload goes behind the head, in the same message, whatever its size', async ({ a, b }) => {
    const atB = new Recorder()
    a.start(new Recorder())
    b.start(atB)
    const sizes = [17, 4096, 5000, 40_000, 120_000]
    sizes.forEach((size, i) => {
      const whole = expected(size, i)
      const message = a.borrow()
      message.bytes.set(whole.subarray(0, 16))
      assert.equal(a.send(message, 16, whole.subarray(16)), 0)
    })
    await atB.until(() => atB.messages.length === sizes.length)
    sizes.forEach((size, i) => assert.deepEqual(atB.messages[i], expected(size, i)))
  })

  check(
    'what is sent much faster than it is taken comes whole and in order all the same',
    async ({ a, b }) => {
      const atB = new Recorder()
      a.start(new Recorder())
      const sizes = Array.from({ length: 600 }, (_, i) => 16 + ((i * 7919) % 20_000))
      sizes.forEach((size, i) => {
        const message = a.borrow()
        assert.equal(a.send(message, write(message, size, i)), 0)
      })
      await new Promise(setImmediate)
      b.start(atB)
      await atB.until(() => atB.messages.length === sizes.length)
      sizes.forEach((size, i) => assert.deepEqual(atB.messages[i], expected(size, i)))
    },
    withoutQueue ?? false,
  )

  check(
    'messages that a receiver answers while it is flooded are all answered',
    async ({ a, b }) => {
      const atA = new Recorder()
      a.start(atA)
      b.start(
        new Recorder((message, end) => {
          const reply = b.borrow()
          reply.bytes.set(message.bytes.subarray(0, end))
          assert.equal(b.send(reply, end), 0)
          return 'done'
        }),
      )
      const sizes = Array.from({ length: 2000 }, (_, i) => 16 + ((i * 104_729) % 9000))
      sizes.forEach((size, i) => {
        const message = a.borrow()
        assert.equal(a.send(message, write(message, size, i)), 0)
      })
      await atA.until(() => atA.messages.length === sizes.length)
      sizes.forEach((size, i) => assert.deepEqual(atA.messages[i], expected(size, i)))
    },
    withoutQueue ?? false,
  )

  check('a message that is longer than a buffer is refused', async ({ a, b }) => {
    a.start(new Recorder())
    b.start(new Recorder())
    const message = a.borrow()
    assert.equal(a.send(message, 16, new Uint8Array(message.bytes.length)), -90)
  })

  check('what goes on after receive is done, however late it asks for its next tick', async ({ a, b }) => {
    const atA = new Recorder()
    a.start(atA)
    const later = async (message: MessageBuffer, end: number) => {
      for (let i = 0; i < 5; i += 1) {
        await Promise.resolve()
        await new Promise<void>((resolve) => process.nextTick(resolve))
      }
      const reply = b.borrow()
      reply.bytes.set(message.bytes.subarray(0, end))
      b.release(message)
      b.send(reply, end)
    }
    b.start(
      new Recorder((message, end) => {
        void later(message, end)
        return 'kept'
      }),
    )
    // Where it is forgotten, each takes until some timer comes; all together do not end in time.
    for (let i = 0; i < 400; i += 1) {
      const message = a.borrow()
      a.send(message, write(message, 40 + i, i))
      await atA.until(() => atA.messages.length === i + 1)
    }
  })
}
