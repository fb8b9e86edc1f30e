import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPCODES, type OpcodeName } from '#src/protocol/opcodes.js'
import { FakeSession, HEADER, settled } from '../../helpers/fake-session.js'
import { CASES, type Case } from './session-cases.js'

/* Every opcode against its method: the argument it is called with, and the reply to what it answers. */

/** The part of `actual` that `expected` speaks of. */
function same(actual: unknown, expected: unknown, where: string): void {
  if (typeof expected !== 'object' || expected === null || ArrayBuffer.isView(expected)) {
    const plain = (value: unknown) => (ArrayBuffer.isView(value) ? Buffer.from(value as Uint8Array) : value)
    assert.deepEqual(plain(actual), plain(expected), where)
    return
  }
  for (const [key, value] of Object.entries(expected)) {
    same((actual as Record<string, unknown>)[key], value, `${where}.${key}`)
  }
}

async function run(op: OpcodeName, the: Case, later: boolean): Promise<void> {
  const calls: object[] = []
  const fs: Record<string, unknown> = {}
  if (typeof the.method === 'string') {
    fs[the.method] = (argument: object) => {
      calls.push(argument)
      if (the.argument !== undefined) same(argument, the.argument, 'the argument')
      const answer = () =>
        typeof the.answer === 'function' ? (the.answer as (req: object) => unknown)(argument) : the.answer
      return later ? Promise.resolve().then(answer) : answer()
    }
  }
  const fake = new FakeSession(fs)
  fake.init()
  const before = fake.sent.length
  const { unique } = fake.deliver({ op, ...the.request })
  await settled()
  assert.equal(calls.length, typeof the.method === 'string' ? 1 : 0, 'calls of the method')
  const { reply } = the
  const isForget = op === 'FORGET' || op === 'BATCH_FORGET'
  if (calls.length === 1 && !isForget) {
    const node = op === 'LINK' ? 9 : HEADER.nodeid
    same(calls[0], { unique, node, uid: HEADER.uid, gid: HEADER.gid, pid: HEADER.pid }, 'the argument')
  }
  assert.equal(fake.sent.length - before, reply === 'nothing' ? 0 : 1, 'replies')
  // Nothing is reported but faults of the handler, which are answered EIO.
  if (reply === 5)
    assert.deepEqual(
      fake.errors.map(({ request }) => request),
      [op],
    )
  else assert.deepEqual(fake.errors, [])
  if (typeof reply === 'number') assert.equal(fake.lastErrno(), reply)
  else if (reply !== 'nothing') {
    const decoded = fake.last(op, the.sizeZero)
    assert.equal(decoded.ok, true, `errno ${-decoded.header.error}`)
    same(decoded, { ...reply, header: { unique } }, 'the reply')
  }
  assert.equal(fake.out, 0, 'buffers that are out')
}

for (const [op, cases] of Object.entries(CASES) as [OpcodeName, readonly Case[]][]) {
  // INIT has tests of its own.
  for (const [index, the] of cases.entries()) {
    if (the.reply === undefined) continue
    test(`${op} ${index}: ${typeof the.method === 'string' ? the.method : the.method.none}`, async () => {
      await run(op, the, false)
      await run(op, the, true)
    })
  }
}

test('every opcode has a case', () => {
  assert.deepEqual(Object.keys(CASES).toSorted(), Object.keys(OPCODES).toSorted())
})

test('what has no method is answered ENOSYS, and nothing is reported', () => {
  for (const [op, [the]] of Object.entries(CASES) as [OpcodeName, readonly Case[]][]) {
    if (the === undefined || !OPCODES[op].reply || the.reply === undefined) continue
    const fake = new FakeSession({})
    fake.init()
    fake.deliver({ op, ...the.request })
    assert.equal(fake.lastErrno(), 38, op)
    assert.deepEqual([fake.errors, fake.out], [[], 0], op)
  }
})
