import assert from 'node:assert/strict'
import { ProtocolError } from '#src/base/errors.js'
import { MessageCodec } from '#src/protocol/codec.js'
import type { WireFormat } from '#src/protocol/version.js'
import { Guarded } from './guarded.js'
import { decodeKind, encodeKind, type Kind, type Value } from './messages.js'
import { same, sameBytes } from './same.js'

const CAPACITY = 1024

/** What became of one input: the decoded message, or the error that refused it. */
export type Outcome = Value | ProtocolError

/**
 * Holds the compiled codec against the interpreted one for one format. Each reads the input from a buffer of its own,
 * with other bytes around it, so that a reader that looks past its message disagrees with the other one.
 */
export class CodecPair {
  private readonly compiled: MessageCodec
  private readonly interpreted: MessageCodec
  private readonly first = new Guarded(CAPACITY, 0xa5, 1)
  private readonly second = new Guarded(CAPACITY, 0x5a, 4)
  private readonly output = new Guarded(CAPACITY, 0xc3, 2)
  private turn = false

  constructor(wire: WireFormat, exact: boolean) {
    this.compiled = new MessageCodec(wire, { exact })
    this.interpreted = new MessageCodec(wire, { exact, interpreted: true })
  }

  /** Decodes `bytes` with both and checks all that must hold, whatever they are. */
  check(kind: Kind, bytes: Uint8Array): Outcome {
    const a = decode(this.compiled, kind, this.first, bytes)
    const b = decode(this.interpreted, kind, this.second, bytes)
    if (!agree(a, b)) assert.deepEqual(visible(a), visible(b), 'compiled and interpreted decoders disagree')
    if (!(a instanceof ProtocolError)) {
      // Encoders are many and slow; they take turns.
      this.turn = !this.turn
      this.encodesBack(this.turn ? this.compiled : this.interpreted, kind, a, bytes)
    }
    return a
  }

  private encodesBack(codec: MessageCodec, kind: Kind, value: Value, bytes: Uint8Array): void {
    const { message, start } = this.output
    const end = encodeKind(codec, kind, message, start, value)
    this.output.check(end)
    const written = message.bytes.subarray(start, end)
    if (!isElastic(value)) {
      if (!sameBytes(written, bytes)) assert.equal(hex(written), hex(bytes), 'was decoded and encodes to other bytes')
    } else {
      assert.equal(hex(elasticPart(written, value)), hex(elasticPart(bytes, value)), 'INIT encodes to another body')
    }
    message.bytes.fill(0xc3, start, end)
  }
}

function decode(codec: MessageCodec, kind: Kind, there: Guarded, bytes: Uint8Array): Outcome {
  const end = there.put(bytes)
  let outcome: Outcome
  try {
    outcome = decodeKind(codec, kind, there.message, there.start, end)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    outcome = error
  }
  there.check()
  assert.ok(sameBytes(there.message.bytes.subarray(there.start, end), bytes), 'decoding changed the message')
  return outcome
}

function agree(a: Outcome, b: Outcome): boolean {
  if (!(a instanceof ProtocolError) || !(b instanceof ProtocolError)) return same(a, b)
  return a.subject === b.subject && a.field === b.field && a.offset === b.offset && a.problem === b.problem
}

function visible(outcome: Outcome): unknown {
  return outcome instanceof ProtocolError ? outcome.message : outcome
}

/** Has the length of its sender when it is read, that of the codec's format when it is written. */
function isElastic(value: Value): boolean {
  return value['op'] === 'INIT' && value['ok'] !== undefined ? hasBody(value) : value['op'] === 'INIT'
}

function hasBody(reply: Value): boolean {
  return (reply['header'] as { error: number }).error === 0
}

/** What every length of the message shares: its header but for `len`, and the first 8 bytes of its body. */
function elasticPart(bytes: Uint8Array, value: Value): Uint8Array {
  const header = value['ok'] === undefined ? 40 : 16
  const extensions = value['extensions'] as Uint8Array | undefined
  const body = bytes.subarray(header, bytes.length - (extensions?.length ?? 0))
  const shared = new Uint8Array(8)
  shared.set(body.subarray(0, 8))
  return Buffer.concat([bytes.subarray(4, header), shared, extensions ?? new Uint8Array(0)])
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
