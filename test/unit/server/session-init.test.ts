import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnsupportedError } from '#src/base/errors.js'
import { INIT_FLAG_NAMES, initFlagBit, joinInitFlags, type InitFlagName } from '#src/protocol/flags/init-flags.js'
import { FLAG_WISHES, REFUSED_FLAGS, type FlagWish, type InitWishes } from '#src/protocol/init-wishes.js'
import type { ReplyOf } from '#src/protocol/message.js'
import { FakeSession, type Offer } from '../../helpers/fake-session.js'

/* INIT as a kernel sends it: every wish gets its flag, and what cannot be had is refused with a reason. */

function negotiate(wishes: InitWishes, offer: Offer = {}) {
  const fake = new FakeSession({}, wishes)
  const reply = fake.init(offer)
  assert.deepEqual([fake.sent.length, fake.out], [1, 0])
  return { fake, reply }
}

function flagsOf(reply: ReplyOf<'INIT'>): bigint {
  assert.ok(reply.ok, `INIT was refused with ${reply.header.error}`)
  return joinInitFlags(reply.fuse_init_out.flags, reply.fuse_init_out.flags2)
}

/** What else must be wished for a wish to be granted. */
const ALONG: Partial<Record<FlagWish, InitWishes>> = {
  allowIdmap: { defaultPermissions: true },
  readdirplusAuto: { readdirplus: true },
}

for (const [wish, { flag, byDefault }] of Object.entries(FLAG_WISHES) as [FlagWish, (typeof FLAG_WISHES)[FlagWish]][]) {
  const bit = initFlagBit(flag)
  const has = (reply: ReplyOf<'INIT'>) => (flagsOf(reply) & bit) !== 0n
  const along = ALONG[wish] ?? {}
  const without: Offer = { flags: INIT_FLAG_NAMES.filter((name) => name !== flag) }

  test(`${wish}: ${flag} is in the reply when it is wished and offered, and not otherwise`, async () => {
    for (const value of [true, 'auto'] as const) {
      const { reply, fake } = negotiate({ ...along, [wish]: value })
      assert.ok(has(reply), String(value))
      assert.ok((await fake.session.initialised).has(flag))
    }
    assert.ok(!has(negotiate({ ...along, [wish]: false }).reply))
    assert.ok(!has(negotiate({ ...along, [wish]: 'auto' }, without).reply))
    if (wish !== 'readdirplusAuto') assert.equal(has(negotiate({}).reply), byDefault !== false, 'by default')
  })

  test(`${wish}: required and not offered, INIT is refused, and it is said why`, async () => {
    const { reply, fake } = negotiate({ ...along, [wish]: true }, without)
    assert.deepEqual([reply.ok, reply.header.error], [false, -71])
    await assert.rejects(fake.session.initialised, (error: Error) => {
      return error instanceof UnsupportedError && error.message.includes(flag)
    })
  })
}

test('every flag of the kernel has a wish, or a number that stands for it, or is refused with a reason', () => {
  const wished = new Set<InitFlagName>(Object.values(FLAG_WISHES).map(({ flag }) => flag))
  const byNumber = new Set<InitFlagName>(['MAX_PAGES', 'INIT_EXT', 'REQUEST_TIMEOUT'])
  for (const name of INIT_FLAG_NAMES) {
    assert.ok(wished.has(name) || byNumber.has(name) || name in REFUSED_FLAGS, name)
  }
  const everything = Object.fromEntries(Object.keys(FLAG_WISHES).map((wish) => [wish, 'auto']))
  const flags = flagsOf(negotiate({ ...everything, defaultPermissions: true }).reply)
  for (const name of Object.keys(REFUSED_FLAGS) as InitFlagName[]) assert.equal(flags & initFlagBit(name), 0n, name)
})

test('numbers are in the reply as they were wished', () => {
  const wishes = {
    maxWrite: 65_536,
    maxPages: 20,
    maxReadahead: 8192,
    maxBackground: 40,
    congestionThreshold: 30,
    timeGranNs: 1000,
    requestTimeoutSeconds: 77,
    passthrough: true,
    maxStackDepth: 2,
  }
  const { reply } = negotiate(wishes)
  assert.ok(reply.ok)
  const { fuse_init_out: out } = reply
  assert.deepEqual(
    [out.major, out.minor, out.max_write, out.max_pages, out.max_readahead, out.max_background],
    [7, 45, 65_536, 20, 8192, 40],
  )
  assert.deepEqual(
    [out.congestion_threshold, out.time_gran, out.request_timeout, out.max_stack_depth],
    [30, 1000, 77, 2],
  )
  for (const name of ['MAX_PAGES', 'REQUEST_TIMEOUT', 'INIT_EXT'] as const) {
    assert.notEqual(flagsOf(reply) & initFlagBit(name), 0n, name)
  }
})

test('a WRITE has at most the 256 pages of the kernel, however much is wished', () => {
  for (const [maxWrite, expected] of [
    [1024 * 1024, 1024 * 1024],
    [16 * 1024 * 1024, 1024 * 1024],
    [4096, 4096],
    [4097, 4097],
  ] as const) {
    const { reply } = negotiate({ maxWrite })
    assert.ok(reply.ok)
    const { max_write, max_pages } = reply.fuse_init_out
    assert.deepEqual([max_write, max_pages], [expected, Math.min(256, Math.ceil(maxWrite / 4096))])
  }
})

test('a number that is out of its range is an error, not another number', async () => {
  const faults: readonly InitWishes[] = [
    { maxWrite: 4095 },
    { maxWrite: 5000.5 },
    { maxPages: 257 },
    { maxPages: 0 },
    { maxBackground: 0 },
    { timeGranNs: 0 },
    { requestTimeoutSeconds: 70_000 },
    { maxBackground: 4, congestionThreshold: 5 },
  ]
  for (const wishes of faults) {
    const { reply, fake } = negotiate(wishes)
    assert.equal(reply.ok, false, JSON.stringify(wishes))
    await assert.rejects(fake.session.initialised, RangeError)
  }
})

test('minors from 7.31 on are served in their own format; older ones and other majors are refused', async () => {
  for (let minor = 31; minor <= 60; minor += 1) {
    const { reply, fake } = negotiate({}, { minor })
    assert.ok(reply.ok)
    assert.equal(reply.fuse_init_out.minor, Math.min(minor, 45))
    assert.equal((await fake.session.initialised).minor, Math.min(minor, 45))
    fake.deliver({ op: 'GETATTR', fuse_getattr_in: { getattr_flags: 0, fh: 0 } })
    assert.equal(fake.lastErrno(), 38)
  }
  for (const [offer, reason] of [
    [{ minor: 30 }, /7\.30.*7\.31 \(Linux 5\.4\) is the oldest/],
    [{ minor: 9 }, /7\.9/],
    [{ major: 8 }, /major 8/],
    [{ major: 6, minor: 99 }, /major 6/],
  ] as const) {
    const { reply, fake } = negotiate({}, offer)
    assert.deepEqual([reply.ok, reply.header.error], [false, -71])
    await assert.rejects(fake.session.initialised, reason)
  }
})

test('a filesystem whose init throws is not served, and its error is what the mount fails with', async () => {
  const calls: string[] = []
  const fake = new FakeSession({
    init: () => {
      throw new TypeError('not today')
    },
    destroy: () => void calls.push('destroy'),
  })
  assert.equal(fake.init().ok, false)
  await assert.rejects(fake.session.initialised, /not today/)
  fake.session.ended(undefined)
  assert.deepEqual([fake.out, calls], [0, []])
})
