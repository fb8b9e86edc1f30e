import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPair } from '#src/transport/memory.js'
import { expected, Recorder, transportContract, write } from './contract.js'

const dispose = async () => undefined

transportContract('memory pair', async () => {
  const [a, b] = createPair()
  return { a, b, dispose }
})

transportContract('memory pair with latency', async () => {
  const [a, b] = createPair({ latencyMs: 3 })
  return { a, b, dispose }
})

test('a full queue refuses, and takes again what there is room for', () => {
  const held: (() => void)[] = []
  const [a, b] = createPair({ maxQueued: 2, schedule: (deliver) => held.push(deliver) })
  const atB = new Recorder()
  b.start(atB)
  const send = () => {
    const message = a.borrow()
    return a.send(message, write(message, 16, 0))
  }
  assert.deepEqual([send(), send(), send()], [0, 0, -11])
  for (const deliver of held.splice(0)) deliver()
  assert.equal(atB.messages.length, 2)
  assert.equal(send(), 0)
})

test('write gives the word of the receiver, behind what was sent before', async () => {
  const [a, b] = createPair()
  const seen: number[] = []
  let free: (result: number) => void = () => undefined
  b.start({
    receive: () => 'done',
    ended: () => undefined,
    judge: (_message: unknown, end: number) => {
      seen.push(end)
      if (end < 30) return -end
      return new Promise<number>((resolve) => {
        free = resolve
      })
    },
  } as never)
  const first = a.borrow()
  a.send(first, write(first, 16, 0))
  const second = a.borrow()
  assert.equal(a.write(second, write(second, 20, 0)), -20)
  assert.deepEqual(seen, [16, 20])
  const third = a.borrow()
  const waiting = a.write(third, write(third, 30, 0))
  assert.ok(waiting instanceof Promise)
  free(-2)
  assert.equal(await waiting, -2)
  b.close()
  const last = a.borrow()
  assert.equal(await a.write(last, write(last, 16, 0)), -19)
})

test('a payload goes behind the head', async () => {
  const [a, b] = createPair()
  const atB = new Recorder()
  b.start(atB)
  const whole = expected(40, 2)
  const message = a.borrow()
  message.bytes.set(whole.subarray(0, 16))
  a.send(message, 16, whole.subarray(16))
  await atB.until(() => atB.messages.length === 1)
  assert.deepEqual(atB.messages[0], whole)
})
