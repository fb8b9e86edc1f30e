import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '#src/protocol/index.js'
import { structSize } from '#src/protocol/parts-codec.js'
import type { OpcodeName, OpcodeRow, Part, StructLayout, WireFormat } from '#src/protocol/index.js'
import { readData } from '../../helpers/golden.js'

/* The sizes of older minors, and the numbers that are no layouts, against the fact sheet of the protocol. */

interface Abi {
  version: { major: number; minor: number }
  rootNodeId: number
  opcodes: Record<string, number>
  reservedOpcodes: Record<string, number | string>
  extensions: { types: Record<string, number>; requests: string[] }
  ioctls: { magic: number }
  limits: Record<string, number | string>
  compatSizes: Record<string, number>
  alignment: Record<string, number>
}
const abi = readData('fuse-abi.json') as Abi

/** `name` of the fact sheet: the size of `struct`, as far up as `below`, where the next form starts. */
interface Compat {
  readonly name: string
  readonly struct: string
  readonly from: number
  readonly below: number
}
const COMPAT: readonly Compat[] = [
  { name: 'COMPAT_ENTRY_OUT_SIZE', struct: 'fuse_entry_out', from: 0, below: 9 },
  { name: 'COMPAT_ATTR_OUT_SIZE', struct: 'fuse_attr_out', from: 0, below: 9 },
  { name: 'COMPAT_MKNOD_IN_SIZE', struct: 'fuse_mknod_in', from: 0, below: 12 },
  { name: 'COMPAT_WRITE_IN_SIZE', struct: 'fuse_write_in', from: 0, below: 9 },
  { name: 'COMPAT_STATFS_SIZE', struct: 'fuse_statfs_out', from: 0, below: 4 },
  { name: 'COMPAT_INIT_OUT_SIZE', struct: 'fuse_init_out', from: 0, below: 5 },
  { name: 'COMPAT_22_INIT_OUT_SIZE', struct: 'fuse_init_out', from: 5, below: 23 },
]
const rows = Object.entries(protocol.OPCODES) as [OpcodeName, OpcodeRow][]

type StructPart = Extract<Part, { kind: 'struct' }>
function partsOf(struct: string): StructPart[] {
  const all = rows.flatMap(([, row]) => [...row.in, ...row.out])
  return all.filter((part): part is StructPart => part.kind === 'struct' && part.key === struct)
}

function wire(minor: number, setxattrExt = true): WireFormat {
  return { minor, setxattrExt }
}

for (const { name, struct, from, below } of COMPAT) {
  test(`${struct} has ${name} from minor ${from} to ${below - 1}, wherever it stands`, () => {
    const parts = partsOf(struct)
    assert.ok(parts.length > 0)
    for (const part of parts) {
      for (let minor = from; minor < below; minor += 1) {
        assert.equal(structSize(part, wire(minor)), abi.compatSizes[name], `minor ${minor}`)
      }
      assert.notEqual(structSize(part, wire(below)), abi.compatSizes[name])
    }
  })
}

test('every short form of the fact sheet is tested, and no other struct has one', () => {
  const names = [...COMPAT.map(({ name }) => name), 'COMPAT_SETXATTR_IN_SIZE']
  assert.deepEqual(names.toSorted(), Object.keys(abi.compatSizes).toSorted())
  const sized = rows.flatMap(([, row]) => [...row.in, ...row.out]).filter((p) => p.kind === 'struct' && 'size' in p)
  // fuse_create_in shrinks with fuse_mknod_in; fuse_init_in has the length of the kernel's own minor.
  const known = [...COMPAT.map(({ struct }) => struct), 'fuse_setxattr_in', 'fuse_create_in', 'fuse_init_in']
  assert.deepEqual([...new Set(sized.map((p) => p.key))].toSorted(), [...new Set(known)].toSorted())
})

test('fuse_setxattr_in is short without SETXATTR_EXT, in any minor', () => {
  const [part] = partsOf('fuse_setxattr_in')
  for (const minor of [0, 32, 33, 45]) {
    assert.equal(structSize(part!, wire(minor, false)), abi.compatSizes['COMPAT_SETXATTR_IN_SIZE'])
    assert.equal(structSize(part!, wire(minor, true)), protocol.fuse_setxattr_in.size)
  }
})

test('fuse_create_in has the size of fuse_open_in below minor 12', () => {
  for (const part of partsOf('fuse_create_in')) {
    assert.equal(structSize(part, wire(11)), protocol.fuse_open_in.size)
    assert.equal(structSize(part, wire(12)), protocol.fuse_create_in.size)
  }
})

test('a short form ends where a field does', () => {
  for (const [name, row] of rows) {
    for (const part of [...row.in, ...row.out]) {
      if (part.kind !== 'struct') continue
      for (let minor = 0; minor <= 45; minor += 1) {
        for (const ext of [false, true]) {
          const size = structSize(part, wire(minor, ext))
          assert.ok(ends(part.struct, 0).has(size), `${name} ${part.key}, minor ${minor}: ${size}`)
        }
      }
    }
  }
})

/** Where fields end: those of structs within, and each item of an array, too. */
function ends(struct: StructLayout, base: number): Set<number> {
  const all = new Set<number>()
  for (const field of struct.fields) {
    const at = base + field.offset
    const step = field.size / (field.count ?? 1)
    for (let i = step; i <= field.size; i += step) all.add(at + i)
    if (typeof field.type === 'object') for (const end of ends(field.type, at)) all.add(end)
  }
  return all
}

test('reserved numbers are never opcodes', () => {
  const { note: _, ...facts } = abi.reservedOpcodes
  const ours = Object.entries(protocol.RESERVED_OPCODES).map(([name, { code }]) => [name, code])
  assert.deepEqual(Object.fromEntries(ours), facts)
  for (const { code } of Object.values(protocol.RESERVED_OPCODES)) assert.equal(protocol.opcodeName(code), undefined)
  const swapped = Buffer.alloc(4)
  swapped.writeUInt32BE(protocol.OPCODES.INIT.code)
  assert.equal(swapped.readUInt32LE(), protocol.RESERVED_OPCODES.INIT_BSWAP_RESERVED.code)
  swapped.writeUInt32BE(protocol.OPCODES.CUSE_INIT.code)
  assert.equal(swapped.readUInt32LE(), protocol.RESERVED_OPCODES.CUSE_INIT_BSWAP_RESERVED.code)
})

test('REMOVEMAPPING has at most as many entries as fill a page', () => {
  assert.equal(abi.limits['REMOVEMAPPING_MAX_ENTRY'], 'page size / 16')
  assert.equal(protocol.fuse_removemapping_one.size, 16)
  for (const size of [4096, 16_384, 65_536]) assert.equal(protocol.removeMappingMaxEntries(size), size / 16)
})

test('records, extensions, versions and the root', () => {
  assert.equal(protocol.fuse_dirent.size, abi.alignment['direntNameOffset'])
  assert.equal(protocol.fuse_direntplus.size, abi.alignment['direntplusNameOffset'])
  assert.deepEqual([0, 1, 8, 9].map(protocol.alignRecord), [0, 8, 8, 16])
  assert.deepEqual(
    { MAX_NR_SECCTX: protocol.FUSE_MAX_NR_SECCTX, EXT_GROUPS: protocol.FUSE_EXT_GROUPS },
    abi.extensions.types,
  )
  const extended = rows.filter(([, row]) => row.extensions.length > 0).map(([name]) => name)
  assert.deepEqual(extended.toSorted(), abi.extensions.requests.toSorted())
  assert.deepEqual({ major: protocol.FUSE_KERNEL_VERSION, minor: protocol.FUSE_KERNEL_MINOR_VERSION }, abi.version)
  assert.equal(protocol.ROOT_ID, abi.rootNodeId)
  assert.equal(protocol.FUSE_DEV_IOC_MAGIC, abi.ioctls.magic)
})
