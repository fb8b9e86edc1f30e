import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError } from '#src/base/errors.js'
import type { StructCodec, StructLayout } from '#src/protocol/layout.js'
import { Struct, type AnyStruct } from '#src/protocol/struct.js'
import * as attr from '#src/protocol/structs/attr.js'
import * as device from '#src/protocol/structs/device.js'
import * as extension from '#src/protocol/structs/extension.js'
import * as file from '#src/protocol/structs/file.js'
import * as header from '#src/protocol/structs/header.js'
import * as init from '#src/protocol/structs/init.js'
import * as misc from '#src/protocol/structs/misc.js'
import * as name from '#src/protocol/structs/name.js'
import * as notify from '#src/protocol/structs/notify.js'
import * as statx from '#src/protocol/structs/statx.js'

/* Every field of every struct refuses what it cannot hold, in the compiled and in the interpreted codec alike. */

type Value = Record<string, unknown>
type AnyCodec = StructCodec<object, object>

const modules = [attr, device, extension, file, header, init, misc, name, notify, statx]
const structs: AnyStruct[] = modules.flatMap((module) =>
  Object.values(module).filter((value) => value instanceof Struct),
)

/** What no field of the type can hold; the wrong kinds of value are wrong for all. */
const WRONG: Record<string, readonly unknown[]> = {
  u16: [-1, 0x1_0000, 1n],
  u32: [-1, 0x1_0000_0000, 1n],
  i32: [0x8000_0000, -0x8000_0001, 1n],
  u64: [-1, 2 ** 53, 1n],
  i64: [2 ** 53, -(2 ** 53), 1n],
  'u64:signed': [2 ** 53, -(2 ** 53), 1n],
  'u64:any': [-1, 2 ** 53, -1n, 1n << 64n],
}
const WRONG_FOR_ALL = [0.5, Number.NaN, '1']

for (const struct of structs) {
  test(`${struct.name} refuses wrong values alike`, () => {
    for (const [path, type] of scalars(struct)) {
      for (const wrong of [...WRONG[type]!, ...WRONG_FOR_ALL]) {
        const value = zero(struct)
        set(value, path, wrong)
        const where = `${path.join('.')} = ${String(wrong)}`
        const [compiled, interpreted] = codecs(struct).map((codec) => refusalOf(codec, value, where))
        assert.deepEqual(compiled, interpreted, where)
        assert.equal(
          compiled!.field,
          path.findLast((step) => typeof step === 'string'),
        )
      }
    }
  })
}

test('a 64-bit field that shows as a number refuses to read what is none', () => {
  for (const struct of structs) {
    const bytes = new Uint8Array(struct.size).fill(0x7f)
    const wide = [...scalars(struct)].filter(([, type]) => ['u64', 'i64', 'u64:signed'].includes(type))
    const read = () => codecs(struct).map((codec) => codec.decode(new DataView(bytes.buffer), 0, struct.size))
    if (wide.length > 0) assert.throws(read, ProtocolError, struct.name)
    else assert.deepEqual(read()[0], read()[1])
  }
})

function codecs(struct: AnyStruct): AnyCodec[] {
  return [struct, struct.interpreted()] as unknown as AnyCodec[]
}

function refusalOf(codec: AnyCodec, value: object, where: string): { field: string; offset: number; problem: string } {
  try {
    codec.encode(new DataView(new ArrayBuffer(512)), 8, value)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { field: error.field, offset: error.offset, problem: error.problem }
  }
  return assert.fail(`accepts ${where}`)
}

/** The path to each scalar of a struct, items of arrays included, and its kind. */
function* scalars(struct: StructLayout, base: (string | number)[] = []): Generator<[(string | number)[], string]> {
  for (const field of struct.fields) {
    const path = [...base, field.name]
    if (typeof field.type === 'object') yield* scalars(field.type, path)
    else if (field.type === 'bytes') continue
    else if (field.count === undefined) yield [path, field.type]
    else yield [[...path, field.count - 1], field.type]
  }
}

function zero(struct: StructLayout): Value {
  const entries = struct.fields.map(({ name: key, type, count, size }): [string, unknown] => {
    if (typeof type === 'object') return [key, zero(type)]
    if (type === 'bytes') return [key, new Uint8Array(size)]
    return [key, count === undefined ? 0 : Array.from({ length: count }, () => 0)]
  })
  return Object.fromEntries(entries)
}

function set(value: Value, path: readonly (string | number)[], to: unknown): void {
  let target = value
  for (const step of path.slice(0, -1)) target = target[step] as Value
  target[path.at(-1)!] = to
}
