import type { NodeId, Unique } from '#src/base/ids.js'
import type { Request, RequestOf } from '#src/protocol/message.js'
import { OPCODES, type OpcodeName, type OpcodeRow } from '#src/protocol/opcodes.js'

/** Structs that requests have, with zeros for what a test does not say. */
const STRUCTS: Readonly<Partial<Record<OpcodeName, Readonly<Record<string, object>>>>> = {
  READ: { fuse_read_in: { fh: 0, offset: 0, size: 0, read_flags: 0, lock_owner: 0, flags: 0 } },
  WRITE: { fuse_write_in: { fh: 0, offset: 0, size: 0, write_flags: 0, lock_owner: 0, flags: 0 } },
  OPEN: { fuse_open_in: { flags: 0, open_flags: 0 } },
  RENAME: { fuse_rename_in: { newdir: 1 } },
  RENAME2: { fuse_rename2_in: { newdir: 1, flags: 0 } },
  LINK: { fuse_link_in: { oldnodeid: 1 } },
  COPY_FILE_RANGE: { fuse_copy_file_range_in: { nodeid_out: 1 } },
  COPY_FILE_RANGE_64: { fuse_copy_file_range_in: { nodeid_out: 1 } },
}

/** A decoded request of `op` about `node`, with the parts that `fields` names; fields that are not said are 0. */
export function requestOf<Op extends OpcodeName>(
  op: Op,
  node: NodeId,
  fields: Readonly<Record<string, unknown>> = {},
  unique = 2,
): RequestOf<Op> & Request {
  const structs = Object.entries<object>(STRUCTS[op] ?? {}).map(([name, zeros]) => [
    name,
    { ...zeros, ...(fields[name] as object | undefined) },
  ])
  const header = { len: 0, opcode: 0, unique: unique as Unique, nodeid: node, uid: 0, gid: 0, pid: 77, total_extlen: 0 }
  const row: OpcodeRow = OPCODES[op]
  const named = row.in.some((part) => 'name' in part && part.name === 'name') ? { name: 'name' } : {}
  return { op, header, ...named, ...fields, ...Object.fromEntries(structs) } as never
}
