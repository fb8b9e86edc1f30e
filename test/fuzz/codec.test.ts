import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError } from '#src/base/errors.js'
import { CodecPair } from '../helpers/codec-fuzz.js'
import { FORMATS, titleOf } from '../helpers/messages.js'
import { mutate } from '../helpers/mutate.js'
import { fromEnvironment, Random } from '../helpers/random.js'
import { seedMessages, type Seed } from '../helpers/seeds.js'

/*
 * Spoiled messages, each to the compiled and to the interpreted decoder, so that either sees FUZZ_COUNT inputs. Whatever
 * the bytes are: nothing but a ProtocolError is thrown, both say the same, what decodes encodes back to the same bytes
 * (INIT is elastic, and so only to the same fields), and nothing around the message is touched. Odd inputs go to `exact`
 * codecs, which refuse no number, even ones to plain codecs.
 */

const seed = fromEnvironment('FUZZ_SEED', 20260801)
const count = fromEnvironment('FUZZ_COUNT', 1_000_000)
console.log(`FUZZ_SEED=${seed} FUZZ_COUNT=${count}`)

/** From here on every kind and every field has been met often enough to ask for it. */
const MANY = 200_000

test(`${count} spoiled messages`, (context) => {
  const random = new Random(seed)
  const seeds = seedMessages(seed)
  const pairs = [false, true].map((exact) => FORMATS.map((wire) => new CodecPair(wire, exact)))
  const scratch = new Uint8Array(640)
  const decoded = new Set<string>()
  const fields = new Set<string>()
  let accepted = 0
  const { stackTraceLimit } = Error
  // Most inputs end in an error; the stack of each would take most of the time.
  Error.stackTraceLimit = 0
  try {
    for (let i = 0; i < count; i += 1) {
      const start = random.pick(seeds)
      const { kind, wire } = random.below(8) === 0 ? random.pick(seeds) : start
      const format = random.below(8) === 0 ? random.below(FORMATS.length) : FORMATS.indexOf(wire)
      scratch.set(start.bytes)
      const length = mutate(random, scratch, start.bytes.length, random.pick(seeds).bytes)
      const bytes = scratch.subarray(0, length)
      try {
        const outcome = pairs[i & 1]![format]!.check(kind, bytes)
        if (outcome instanceof ProtocolError) {
          assert.ok(outcome.offset >= 0 && outcome.offset <= length, `offset ${outcome.offset} is not in the message`)
          fields.add(`${outcome.subject}: ${outcome.field}`)
        } else {
          accepted += 1
          decoded.add(`${kind.shape} ${String(outcome['op'] ?? outcome['notification'])} ${kind.sizeZero}`)
        }
      } catch (error) {
        throw new Error(describe(i, start, titleOf(kind), format, bytes), { cause: error })
      }
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  context.diagnostic(`${accepted} decoded, ${count - accepted} refused at ${fields.size} different fields`)
  if (count < MANY) return
  assert.ok(accepted > count / 10 && accepted < (9 * count) / 10, `${accepted} of ${count} were accepted`)
  const all = new Set(seeds.map(({ kind }) => `${kind.shape} ${kind.name} ${kind.sizeZero}`))
  assert.deepEqual(
    [...all].filter((kind) => !decoded.has(kind)),
    [],
    'kinds that were never accepted',
  )
})

function describe(index: number, start: Seed, title: string, format: number, bytes: Uint8Array): string {
  const codec = `${index & 1 ? 'exact' : 'plain'} codec of ${JSON.stringify(FORMATS[format])}`
  return `input ${index}, a spoiled ${titleOf(start.kind)} read as ${title} by the ${codec}: ${Buffer.from(bytes).toString('hex')}`
}
