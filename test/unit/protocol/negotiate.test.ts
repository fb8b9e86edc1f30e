import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '#src/protocol/index.js'
import { golden } from '../../helpers/golden.js'

const codec = new protocol.MessageCodec()
function message(name: string): protocol.MessageBuffer {
  return protocol.messageBuffer(Buffer.from(golden.vectors.find((v) => v.name === name)!.hex, 'hex'))
}
const request = message('main/init/INIT/request')
const decoded = codec.decodeRequest(request, 0, request.bytes.length) as protocol.RequestOf<'INIT'>
const initIn = decoded.fuse_init_in

function accept(session: string): protocol.Negotiated {
  const reply = message(`${session}/init/INIT/reply`)
  const result = codec.decodeReply(reply, 0, reply.bytes.length, 'INIT')
  assert.ok(result.ok)
  return protocol.acceptInit(initIn, result.fuse_init_out)
}

test('the sessions of a real kernel come to the flags and minors that they say', () => {
  for (const [name, { replyMinor, replyFlags }] of Object.entries(golden.sessions)) {
    const hasReply = golden.vectors.some((v) => v.name === `${name}/init/INIT/reply`)
    if (replyMinor === undefined || replyFlags === undefined || !hasReply) continue
    const { minor, has } = accept(name)
    assert.equal(minor, replyMinor)
    const flags = protocol.INIT_FLAG_NAMES.filter(has)
    const dropped = name.includes('writeback') && replyFlags.includes('PASSTHROUGH') ? ['PASSTHROUGH'] : []
    const expected = replyMinor < 6 ? [] : replyFlags.filter((flag) => !dropped.includes(flag))
    assert.deepEqual(flags, expected, name)
  }
})

test('odd replies are taken as the kernel takes them', () => {
  assert.equal(accept('init-minor-99').minor, 99)
  assert.equal(accept('init-max-write-0').maxWrite, 4096)
  assert.equal(accept('init-short-8').maxWrite, 4096)
  assert.equal(accept('init-passthrough-writeback').has('PASSTHROUGH'), false)
  assert.ok(accept('init-unoffered').refused.some(({ flag }) => flag === 'FILE_OPS'))
  assert.equal(accept('init-24').maxPages, 32)
  for (const name of ['init-major-6', 'init-major-8']) assert.throws(() => accept(name), protocol.UnsupportedError)
})

test('a server takes what is offered, and says why not the rest', () => {
  const { initOut, negotiated } = protocol.answerInit(initIn)
  assert.ok(negotiated.has('INIT_EXT') && negotiated.has('HAS_RESEND') && negotiated.has('MAX_PAGES'))
  assert.deepEqual([negotiated.maxPages, negotiated.maxWrite, negotiated.maxNameBytes], [256, 1024 * 1024, 4095])
  assert.ok(negotiated.refused.some(({ flag }) => flag === 'SPLICE_READ'))
  assert.equal(protocol.acceptInit(initIn, initOut).flags, negotiated.flags)
})

test('what contradicts or is not there is refused', () => {
  const refused = (wishes: protocol.InitWishes, offer = initIn) =>
    assert.throws(() => protocol.answerInit(offer, wishes), protocol.UnsupportedError)
  refused({ allowIdmap: true })
  refused({ passthrough: true, writebackCache: true })
  refused({ handleKillPriv: true, handleKillPrivV2: true })
  refused({ autoInvalidateData: true, explicitInvalidateData: true })
  refused({ exportSupport: true, noExportSupport: true })
  refused({ readdirplus: false, readdirplusAuto: true })
  refused({ writebackCache: true }, { ...initIn, flags: 0 })
  refused({ passthrough: true, minorLimit: 39 })
  refused({ requestTimeoutSeconds: 20 }, { ...initIn, flags2: 0 })
  refused({ maxPages: 64 }, { ...initIn, flags: 0 })
  refused({}, { ...initIn, minor: 30 })
  refused({}, { ...initIn, major: 8 })
  assert.throws(() => protocol.answerInit(initIn, { maxWrite: 100 }), RangeError)
  assert.ok(protocol.answerInit(initIn, { allowIdmap: true, defaultPermissions: true }).negotiated.has('ALLOW_IDMAP'))
  const auto = protocol.answerInit(initIn, { passthrough: 'auto', writebackCache: true }).negotiated
  assert.ok(auto.has('WRITEBACK_CACHE') && !auto.has('PASSTHROUGH'))
})

test('a client offers what it can, with INIT_EXT for the upper word', () => {
  assert.equal(
    protocol.initFlagNames(protocol.joinInitFlags(protocol.offerInit({ flags: ['HAS_RESEND'] }).flags, 128)),
    'INIT_EXT|HAS_RESEND',
  )
  assert.equal(protocol.offerInit({ flags: ['ASYNC_READ'] }).flags, 1)
})
