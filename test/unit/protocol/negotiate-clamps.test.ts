import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '#src/protocol/index.js'
import type { InitIn, InitOut, InitWishes, Negotiated } from '#src/protocol/index.js'

/* Every number of INIT that one side may name and the other one mend. */

const PAGE = 4096
const MiB = 1_048_576
const initIn: InitIn = protocol.offerInit({ flags: protocol.INIT_FLAG_NAMES })
const { initOut } = protocol.answerInit(initIn)

/** What the kernel makes of a reply that has `fields` for those of an ordinary one, and flags besides. */
function accept(fields: Partial<InitOut>, more: readonly protocol.InitFlagName[] = [], offer = initIn): Negotiated {
  const flags = protocol.joinInitFlags(initOut.flags, initOut.flags2) | protocol.initFlagBits(more)
  return protocol.acceptInit(offer, { ...initOut, ...protocol.splitInitFlags(flags), ...fields })
}

function answer(wishes: InitWishes, offer: InitIn = initIn): protocol.InitAnswer {
  return protocol.answerInit(offer, wishes)
}

/** `name` may be each of `good`, and none of `bad`. */
function range(name: keyof InitWishes, good: readonly number[], bad: readonly number[], more: InitWishes = {}): void {
  for (const value of good) answer({ ...more, [name]: value })
  for (const value of [...bad, 1.5, NaN, -1, Infinity]) {
    assert.throws(() => answer({ ...more, [name]: value }), RangeError, `${name} ${value}`)
  }
}

test('time_gran: 1 to 10^9, else 1', () => {
  const takes = (time_gran: number) => accept({ time_gran }).timeGranNs
  const taken = [0, 1, 100, 1_000_000_000, 1_000_000_001, 0xffff_ffff].map(takes)
  assert.deepEqual(taken, [1, 1, 100, 1_000_000_000, 1, 1])
  range('timeGranNs', [1, 1_000_000_000], [0, 1_000_000_001])
  const { initOut: out, negotiated } = answer({ timeGranNs: 1000 })
  assert.deepEqual([out.time_gran, negotiated.timeGranNs], [1000, 1000])
})

test('max_background: 0 means 12, and below 7.13 it always is', () => {
  const takes = (max_background: number, minor = 45) => accept({ max_background, minor }).maxBackground
  assert.deepEqual([takes(0), takes(1), takes(65535), takes(50, 12), takes(50, 13)], [12, 1, 65535, 12, 50])
  range('maxBackground', [1, 65535], [0, 65536])
  assert.equal(answer({}).negotiated.maxBackground, 64)
})

test('congestion_threshold: 0 means 9, and below 7.13 it always is', () => {
  const takes = (congestion_threshold: number, minor = 45) =>
    accept({ congestion_threshold, minor }).congestionThreshold
  assert.deepEqual([takes(0), takes(1), takes(65535), takes(50, 12), takes(50, 13)], [9, 1, 65535, 9, 50])
  range('congestionThreshold', [1, 20], [0, 21], { maxBackground: 20 })
  const byDefault = (maxBackground: number) => answer({ maxBackground }).negotiated.congestionThreshold
  assert.deepEqual([1, 2, 64, 65535].map(byDefault), [1, 1, 48, 49151])
})

test('request_timeout: at least 15 seconds, and none without REQUEST_TIMEOUT', () => {
  const takes = (request_timeout: number) => accept({ request_timeout }, ['REQUEST_TIMEOUT']).requestTimeoutSeconds
  assert.deepEqual([0, 1, 14, 15, 16, 65535].map(takes), [0, 15, 15, 15, 16, 65535])
  assert.equal(accept({ request_timeout: 60 }).requestTimeoutSeconds, 0)
  range('requestTimeoutSeconds', [1, 65535], [0, 65536])
  const { initOut: out, negotiated } = answer({ requestTimeoutSeconds: 5 })
  assert.deepEqual([out.request_timeout, negotiated.requestTimeoutSeconds], [5, 15])
  assert.equal(answer({}).negotiated.has('REQUEST_TIMEOUT'), false)
  assert.throws(() => answer({ requestTimeoutSeconds: 60, minorLimit: 42 }), protocol.UnsupportedError)
})

test('max_stack_depth: 1 or 2, else no PASSTHROUGH', () => {
  const takes = (max_stack_depth: number) => accept({ max_stack_depth }, ['PASSTHROUGH'])
  assert.deepEqual(
    [0, 1, 2, 3].map((depth) => takes(depth).maxStackDepth),
    [0, 1, 2, 0],
  )
  assert.deepEqual(
    [0, 1, 2, 3].map((depth) => takes(depth).has('PASSTHROUGH')),
    [false, true, true, false],
  )
  assert.ok(takes(3).refused.some(({ flag }) => flag === 'PASSTHROUGH'))
  assert.equal(accept({ max_stack_depth: 2 }).maxStackDepth, 0)
  range('maxStackDepth', [1, 2], [0, 3])
  range('maxStackDepth', [1, 2], [0, 3], { passthrough: true })
  assert.equal(answer({ passthrough: true }).negotiated.maxStackDepth, 1)
  assert.equal(answer({ maxStackDepth: 2 }).initOut.max_stack_depth, 0)
})

test('max_pages: 1 to 256, and 32 without MAX_PAGES', () => {
  const takes = (max_pages: number) => accept({ max_pages })
  assert.deepEqual(
    [0, 1, 256, 257, 65535].map((pages) => takes(pages).maxPages),
    [1, 1, 256, 256, 256],
  )
  assert.deepEqual(
    [0, 2].map((pages) => takes(pages).maxNameBytes),
    [1024, 4095],
  )
  assert.equal(takes(8).maxRead, 8 * PAGE)
  const { flags, flags2 } = protocol.splitInitFlags(protocol.initFlagBits(['HAS_RESEND']))
  assert.equal(accept({ flags, flags2, max_pages: 256 }).maxPages, 32)
  range('maxPages', [1, 256], [0, 257])
  const without = { ...initIn, ...protocol.splitInitFlags(0n) }
  assert.equal(answer({ maxPages: 32 }, without).negotiated.maxPages, 32)
  assert.throws(() => answer({ maxPages: 33 }, without), protocol.UnsupportedError)
})

test('max_readahead: never above what was offered, and just that below 7.6', () => {
  const offered = initIn.max_readahead
  const takes = (max_readahead: number, minor = 45) => accept({ max_readahead, minor }).maxReadahead
  assert.deepEqual(
    [0, 5, offered, offered + 1, 0xffff_ffff].map((n) => takes(n)),
    [0, 5, offered, offered, offered],
  )
  assert.deepEqual([takes(0, 5), takes(0, 6)], [offered, 0])
  assert.equal(accept({ minor: 5 }, [], { ...initIn, max_readahead: PAGE }).maxReadahead, PAGE)
  range('maxReadahead', [0, 0xffff_ffff], [0x1_0000_0000])
  const { initOut: out, negotiated } = answer({ maxReadahead: 0xffff_ffff })
  assert.deepEqual([out.max_readahead, negotiated.maxReadahead], [offered, offered])
  assert.equal(answer({ maxReadahead: 0 }).negotiated.maxReadahead, 0)
})

test('max_write: at least 4096, just that below 7.5, and no more than the pages hold', () => {
  const takes = (max_write: number, minor = 45) => accept({ max_write, minor }).maxWrite
  assert.deepEqual(
    [0, 1, PAGE, PAGE + 1, MiB].map((n) => takes(n)),
    [PAGE, PAGE, PAGE, PAGE + 1, MiB],
  )
  assert.deepEqual([takes(MiB, 4), takes(MiB, 5)], [PAGE, MiB])
  range('maxWrite', [PAGE, 0xffff_ffff], [PAGE - 1, 0x1_0000_0000])
  const size = (wishes: InitWishes, offer = initIn) => {
    const { negotiated } = answer(wishes, offer)
    return [negotiated.maxWrite, negotiated.maxPages]
  }
  assert.deepEqual(size({ maxWrite: PAGE }), [PAGE, 1])
  assert.deepEqual(size({ maxWrite: PAGE + 1 }), [PAGE + 1, 2])
  assert.deepEqual(size({ maxWrite: 4 * MiB }), [MiB, 256])
  assert.deepEqual(size({ maxWrite: MiB, maxPages: 16 }), [16 * PAGE, 16])
  assert.deepEqual(size({}, { ...initIn, ...protocol.splitInitFlags(0n) }), [32 * PAGE, 32])
})

test('READDIRPLUS_AUTO without DO_READDIRPLUS is refused, on either side', () => {
  const told = { flag: 'READDIRPLUS_AUTO', reason: 'needs DO_READDIRPLUS' } as const
  const mine = answer({ readdirplus: false })
  assert.equal(mine.negotiated.has('READDIRPLUS_AUTO'), false)
  assert.deepEqual(
    mine.negotiated.refused.filter(({ flag }) => flag === told.flag),
    [told],
  )
  const sent = protocol.joinInitFlags(mine.initOut.flags, mine.initOut.flags2)
  assert.equal(sent & protocol.initFlagBit('READDIRPLUS_AUTO'), 0n)
  const { flags, flags2 } = protocol.splitInitFlags(protocol.initFlagBits(['READDIRPLUS_AUTO']))
  const theirs = accept({ flags, flags2 })
  assert.deepEqual([theirs.flags, theirs.refused], [0n, [told]])
  const both = answer({}).negotiated
  assert.ok(both.has('READDIRPLUS_AUTO') && both.has('DO_READDIRPLUS'))
})
