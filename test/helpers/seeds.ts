import * as fc from 'fast-check'
import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer } from '#src/protocol/message.js'
import type { WireFormat } from '#src/protocol/version.js'
import { golden, type Vector } from './golden.js'
import { arbitraryOf, encodeKind, FORMATS, KINDS, type Kind } from './messages.js'

/** A message to start from, with what it was meant to be. */
export interface Seed {
  readonly kind: Kind
  readonly wire: WireFormat
  readonly bytes: Uint8Array
}

/** Longer ones have nothing but more data at their end. */
const LONGEST = 480

/** Messages of a real kernel, and made ones of every kind in every format. */
export function seedMessages(seed: number): Seed[] {
  return [...goldenSeeds(), ...madeSeeds(seed)]
}

function goldenSeeds(): Seed[] {
  const seeds: Seed[] = []
  for (const vector of golden.vectors) {
    const kind = kindOf(vector)
    const bytes = Buffer.from(vector.hex, 'hex').subarray(0, LONGEST)
    if (kind === undefined) continue
    const ext = golden.sessions[vector.session]?.replyFlags?.includes('SETXATTR_EXT') === true
    seeds.push({ kind, wire: FORMATS.at(ext ? -1 : -2)!, bytes })
  }
  return seeds
}

function kindOf(vector: Vector): Kind | undefined {
  const name = vector.direction === 'notification' ? vector.notification : vector.op
  return KINDS.find((kind) => kind.shape === vector.direction && kind.name === name)
}

function madeSeeds(seed: number): Seed[] {
  const seeds: Seed[] = []
  const room = messageBuffer(4096)
  for (const wire of FORMATS) {
    const codec = new MessageCodec(wire)
    for (const kind of KINDS) {
      for (const value of fc.sample(arbitraryOf(kind, wire), { seed, numRuns: 3 })) {
        const end = encodeKind(codec, kind, room, 0, value)
        if (end <= LONGEST) seeds.push({ kind, wire, bytes: room.bytes.slice(0, end) })
      }
    }
  }
  return seeds
}
