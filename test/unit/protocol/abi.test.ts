import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '#src/protocol/index.js'
import type { Part, StructLayout } from '#src/protocol/index.js'
import { readData, type Json } from '../../helpers/golden.js'

/* The tables against the fact sheet of the protocol: a row that is missing, wrong or too many fails. */

interface AbiField {
  name: string
  offset: number
  size: number
  type: string
  count?: number
}
interface AbiRequest {
  code: number
  since: number | null
  in: Json[]
  out: Json[]
  reply: boolean
  extensions?: string[]
  outAlternatives?: { out: Json[] }[]
}
interface Abi {
  version: { major: number; minor: number }
  structs: Record<string, { size: number; fields: AbiField[] }>
  opcodes: Record<string, number>
  requests: Record<string, AbiRequest>
  notifications: Record<string, { code: number; since: number; out: Json[] }>
  initFlags: Record<string, { bit: number; since: number | null }>
  initFlagAliases: Record<string, string>
  flags: Record<string, { where: string; values: Record<string, number>; aliases?: Record<string, string> }>
  invalidUidGid: number
  unique: { UNIQUE_RESEND: string; INTERRUPT_BIT: number }
  uring: { commands: Record<string, number>; IN_OUT_HEADER_SZ: number; OP_IN_OUT_SZ: number }
  ioctls: Record<string, { number: number }>
  limits: Record<string, number>
  alignment: Record<string, number>
  fieldHistory: { since: number; struct: string; fields: string[] }[]
  compatSizes: Record<string, number>
}
const abi = readData('fuse-abi.json') as Abi
const exported = new Map<string, unknown>(Object.entries(protocol))

function structs(): StructLayout[] {
  return [...exported.values()].filter((value) => value instanceof protocol.Struct) as StructLayout[]
}

test('every struct has the fields, offsets, sizes and types of the header', () => {
  const ours = structs().map(({ name, size, fields }) => [
    name,
    {
      size,
      fields: fields.map((f) => ({
        name: f.name,
        offset: f.offset,
        size: f.size,
        type: f.wireType,
        ...(f.count !== undefined && f.wireType !== 'bytes' ? { count: f.count } : {}),
      })),
    },
  ])
  const known = Object.fromEntries(ours) as Abi['structs']
  // A struct of the header that is only a name at a flexible place is compared without that place.
  const facts = Object.entries(abi.structs).map(([name, { size, fields }]) => [
    name,
    {
      size,
      fields: fields
        .filter((f) => !('flexible' in f))
        .map(({ name, offset, size, type, count }) =>
          count === undefined || type === 'bytes' ? { name, offset, size, type } : { name, offset, size, type, count },
        ),
    },
  ])
  const expected = Object.fromEntries(facts) as Abi['structs']
  assert.deepEqual(Object.keys(known).toSorted(), Object.keys(expected).toSorted())
  for (const name of Object.keys(expected)) assert.deepEqual(known[name], expected[name], name)
})

test('every field tells since which minor it is there', () => {
  const history = abi.fieldHistory.flatMap((h) => h.fields.map((field) => `${h.struct}.${field} ${h.since}`))
  const ours = structs().flatMap((s) =>
    s.fields.filter((f) => f.since > 0).map((f) => `${s.name}.${f.name} ${f.since}`),
  )
  assert.deepEqual(ours.toSorted(), history.toSorted())
})

test('every opcode has the columns of the fact sheet', () => {
  const ours = Object.entries(protocol.OPCODES).map(([name, row]: [string, protocol.OpcodeRow]) => [
    name,
    {
      code: row.code,
      since: row.since,
      in: row.in.map(shape),
      out: [row.out, row.outIfSizeZero ?? []].flat().map(shape).toSorted(),
      reply: row.reply,
      extensions: row.extensions,
    },
  ])
  const facts = Object.entries(abi.requests).map(([name, r]) => [
    name,
    {
      code: r.code,
      since: r.since,
      in: r.in.map(factShape),
      out: [...r.out, ...(r.outAlternatives ?? []).flatMap((a) => a.out)].map(factShape).toSorted(),
      reply: r.reply,
      extensions: r.extensions ?? [],
    },
  ])
  assert.deepEqual(Object.fromEntries(ours), Object.fromEntries(facts))
  const numbers = Object.fromEntries(Object.entries(protocol.OPCODES).map(([name, { code }]) => [name, code]))
  assert.deepEqual(numbers, abi.opcodes)
})

test('every notification has the columns of the fact sheet', () => {
  const ours = Object.entries(protocol.NOTIFICATIONS).map(([name, row]: [string, protocol.NotifyRow]) => [
    name,
    { code: row.code, since: row.since, out: row.out.filter((part) => part.kind !== 'ignored').map(shape) },
  ])
  const facts = Object.entries(abi.notifications).map(([name, { code, since, out }]) => [
    name,
    { code, since, out: out.map(factShape) },
  ])
  assert.deepEqual(Object.fromEntries(ours), Object.fromEntries(facts))
})

test('every INIT flag is there', () => {
  const ours = Object.entries(protocol.INIT_FLAGS).map(([name, { bit, since }]) => [name, { bit, since }])
  const facts = Object.entries(abi.initFlags).map(([name, { bit, since }]) => [name, { bit, since }])
  assert.deepEqual(Object.fromEntries(ours), Object.fromEntries(facts))
  assert.deepEqual(protocol.INIT_FLAG_ALIASES, abi.initFlagAliases)
})

test('every family of flags is there, and each flag is exported under the name of the header', () => {
  assert.deepEqual(Object.keys(protocol.FLAG_FAMILIES), Object.keys(abi.flags))
  for (const [name, fact] of Object.entries(abi.flags)) {
    const family: protocol.FlagFamily = protocol.FLAG_FAMILIES[name as protocol.FlagFamilyName]
    const values = Object.fromEntries(Object.entries(family.flags).map(([flag, { value }]) => [flag, value]))
    assert.deepEqual(values, fact.values, name)
    assert.deepEqual(family.aliases, fact.aliases, name)
    for (const [flag, value] of Object.entries(values)) assert.equal(exported.get(family.prefix + flag), value)
    for (const [alias, of] of Object.entries(fact.aliases ?? {})) {
      assert.equal(exported.get(family.prefix + alias), values[of])
    }
  }
})

test('limits, ids, ioctls and io_uring have the numbers of the header', () => {
  assert.equal(protocol.FUSE_MIN_READ_BUFFER, abi.limits['MIN_READ_BUFFER'])
  assert.equal(protocol.FUSE_IOCTL_MAX_IOV, abi.limits['IOCTL_MAX_IOV'])
  assert.equal(protocol.CUSE_INIT_INFO_MAX, abi.limits['CUSE_INIT_INFO_MAX'])
  assert.equal(protocol.FUSE_MAX_NR_SECCTX, abi.limits['MAX_NR_SECCTX'])
  assert.equal(protocol.INVALID_ID, abi.invalidUidGid)
  assert.equal(protocol.FUSE_UNIQUE_RESEND, BigInt(abi.unique.UNIQUE_RESEND))
  assert.equal(protocol.INTERRUPT_BIT, abi.unique.INTERRUPT_BIT)
  assert.equal(protocol.RECORD_ALIGN, abi.alignment['recordAlign'])
  for (const [name, { number }] of Object.entries(abi.ioctls).filter(([name]) => name.startsWith('DEV_'))) {
    assert.equal(exported.get(`FUSE_${name}`), number, name)
  }
  for (const [name, number] of Object.entries(abi.uring.commands)) {
    assert.equal(exported.get(`FUSE_IO_URING_CMD_${name}`), number, name)
  }
  assert.equal(protocol.FUSE_URING_IN_OUT_HEADER_SZ, abi.uring.IN_OUT_HEADER_SZ)
  assert.equal(protocol.FUSE_URING_OP_IN_OUT_SZ, abi.uring.OP_IN_OUT_SZ)
  assert.deepEqual([protocol.readBufferSize(0), protocol.readBufferSize(65536)], [8192, 65616])
})

test('the uniques of resent requests and of interrupts', () => {
  const resent = (protocol.FUSE_UNIQUE_RESEND | 12n) as protocol.Unique
  assert.ok(protocol.isResend(resent) && !protocol.isResend(12 as protocol.Unique))
  assert.equal(protocol.withoutResend(resent), 12)
  assert.equal(protocol.interruptUnique(12 as protocol.Unique), 13)
})

/** A part in one word. */
function shape(part: Part): string {
  if (part.kind === 'struct') return `struct ${part.key}`
  if (part.kind === 'array') return `array ${part.key}`
  if (part.kind === 'node-ids') return 'array u64'
  if (part.kind === 'text' || part.kind === 'counted-text') return `string ${part.key}`
  return `bytes ${part.key}`
}

function factShape(part: Json): string {
  const { struct, string, bytes, array, records } = part as Record<string, string>
  if (records !== undefined) return 'bytes entries'
  if (struct !== undefined) return `struct ${struct}`
  if (string !== undefined) return `string ${string}`
  return array === undefined ? `bytes ${bytes}` : `array ${array}`
}
