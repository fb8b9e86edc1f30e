import type { NodeId } from '../base/ids.js'
import { decodeName } from '../base/name.js'
import { alignRecord, OUT_HEADER_SIZE } from '../protocol/limits.js'
import type { MessageBuffer } from '../protocol/message.js'
import type { OpcodeName } from '../protocol/opcodes.js'
import { fuse_attr, fuse_attr_out, fuse_entry_out } from '../protocol/structs/attr.js'
import { fuse_dirent, fuse_direntplus } from '../protocol/structs/name.js'
import { fuse_open_out } from '../protocol/structs/file.js'
import { fuse_statx, fuse_statx_out } from '../protocol/structs/statx.js'
import type { StructLayout } from '../protocol/layout.js'

/* Where the promises of an encoded reply stand, and how they are read and taken back in place. */

/** Requests whose reply starts with a fuse_entry_out: a name in the directory that the request's header names. */
export const ENTRY_REPLIES: ReadonlySet<OpcodeName> = new Set([
  'LOOKUP',
  'CREATE',
  'MKNOD',
  'MKDIR',
  'SYMLINK',
  'LINK',
  'TMPFILE',
])

const ENTRY = {
  nodeid: offsetOf(fuse_entry_out, 'nodeid'),
  valid: offsetOf(fuse_entry_out, 'entry_valid'),
  validNsec: offsetOf(fuse_entry_out, 'entry_valid_nsec'),
  attrValid: offsetOf(fuse_entry_out, 'attr_valid'),
  attrValidNsec: offsetOf(fuse_entry_out, 'attr_valid_nsec'),
  mode: offsetOf(fuse_entry_out, 'attr') + offsetOf(fuse_attr, 'mode'),
  nlink: offsetOf(fuse_entry_out, 'attr') + offsetOf(fuse_attr, 'nlink'),
  size: offsetOf(fuse_entry_out, 'attr') + offsetOf(fuse_attr, 'size'),
} as const
const ATTR = fieldsAt(offsetOf(fuse_attr_out, 'attr'), fuse_attr)
const STATX = fieldsAt(offsetOf(fuse_statx_out, 'stat'), fuse_statx)
const NAMELEN = offsetOf(fuse_direntplus, 'dirent') + offsetOf(fuse_dirent, 'namelen')
const S_IFMT = 0o170000
const S_IFDIR = 0o40000
const S_IFREG = 0o100000
const DOT = 0x2e

/** The node of the entry at `at`; 0 for a negative one. */
export function entryNode({ view }: MessageBuffer, at: number): NodeId {
  const low = view.getUint32(at + ENTRY.nodeid, true)
  return (low + view.getUint32(at + ENTRY.nodeid + 4, true) * 0x1_0000_0000) as NodeId
}

export function entryIsDirectory({ view }: MessageBuffer, at: number): boolean {
  return (view.getUint32(at + ENTRY.mode, true) & S_IFMT) === S_IFDIR
}

export function entryIsFile({ view }: MessageBuffer, at: number): boolean {
  return (view.getUint32(at + ENTRY.mode, true) & S_IFMT) === S_IFREG
}

export function entrySize(message: MessageBuffer, at: number): number {
  return sizeAt(message, at + ENTRY.size)
}

/** How many names the object of the entry has; 1 for a directory, whose count says something else. */
export function entryLinks(message: MessageBuffer, at: number): number {
  return entryIsDirectory(message, at) ? 1 : message.view.getUint32(at + ENTRY.nlink, true)
}

/** The same in the reply to GETATTR, SETATTR or STATX. */
export function attributesLinks({ view }: MessageBuffer, statx: boolean): number {
  const struct = statx ? STATX : ATTR
  const mode = statx ? view.getUint16(struct.mode, true) : view.getUint32(struct.mode, true)
  return (mode & S_IFMT) === S_IFDIR ? 1 : view.getUint32(struct.nlink, true)
}

/** Whether the peer may keep the name. */
export function isEntryKept({ view }: MessageBuffer, at: number): boolean {
  return view.getBigUint64(at + ENTRY.valid, true) !== 0n || view.getUint32(at + ENTRY.validNsec, true) !== 0
}

/** The size of the file in the reply to GETATTR, SETATTR or STATX. */
export function attributesSize(message: MessageBuffer, statx: boolean): number {
  return sizeAt(message, (statx ? STATX : ATTR).size)
}

function sizeAt({ view }: MessageBuffer, at: number): number {
  return Number(view.getBigUint64(at, true))
}

/** The name is to be asked for again at its next use. */
export function expireEntry({ view }: MessageBuffer, at: number): void {
  view.setBigUint64(at + ENTRY.valid, 0n, true)
  view.setUint32(at + ENTRY.validNsec, 0, true)
}

/** The attributes of the entry are to be asked for again at their next use. */
export function expireEntryAttributes({ view }: MessageBuffer, at: number): void {
  view.setBigUint64(at + ENTRY.attrValid, 0n, true)
  view.setUint32(at + ENTRY.attrValidNsec, 0, true)
}

/** The same for the reply to GETATTR, SETATTR or STATX. */
export function expireAttributes({ view }: MessageBuffer, statx: boolean): void {
  const struct = statx ? fuse_statx_out : fuse_attr_out
  view.setBigUint64(OUT_HEADER_SIZE + offsetOf(struct, 'attr_valid'), 0n, true)
  view.setUint32(OUT_HEADER_SIZE + offsetOf(struct, 'attr_valid_nsec'), 0, true)
}

/** Takes FOPEN_ flags out of the reply to OPEN or OPENDIR. */
export function clearOpenFlags({ view }: MessageBuffer, flags: number): void {
  const at = OUT_HEADER_SIZE + offsetOf(fuse_open_out, 'open_flags')
  view.setUint32(at, view.getUint32(at, true) & ~flags, true)
}

/** The flags in the reply to OPEN or OPENDIR. */
export function openFlags({ view }: MessageBuffer): number {
  return view.getUint32(OUT_HEADER_SIZE + offsetOf(fuse_open_out, 'open_flags'), true)
}

/** The name of a record of a READDIRPLUS reply, from {@link eachEntry}. */
export function recordName({ view, bytes }: MessageBuffer, at: number): string {
  const name = at + fuse_direntplus.size
  return decodeName(bytes, name, name + view.getUint32(at + NAMELEN, true))
}

/** Calls `each` with the place of every record of a READDIRPLUS reply that is an entry and not "." or "..". */
export function eachEntry(message: MessageBuffer, end: number, each: (at: number) => void): void {
  const { view, bytes } = message
  let at = OUT_HEADER_SIZE
  while (at + fuse_direntplus.size <= end) {
    const length = view.getUint32(at + NAMELEN, true)
    const name = at + fuse_direntplus.size
    const isDot = bytes[name] === DOT && (length === 1 || (length === 2 && bytes[name + 1] === DOT))
    if (!isDot && entryNode(message, at) !== 0) each(at)
    at += alignRecord(fuse_direntplus.size + length)
  }
}

/** Where attributes of a reply stand. @param at of the struct, behind the header */
function fieldsAt(at: number, struct: StructLayout) {
  const [size, mode, nlink] = ['size', 'mode', 'nlink'].map((field) => OUT_HEADER_SIZE + at + offsetOf(struct, field))
  return { size: size!, mode: mode!, nlink: nlink! }
}

function offsetOf(struct: StructLayout, field: string): number {
  const found = struct.fields.find(({ name }) => name === field)
  if (found === undefined) throw new RangeError(`${struct.name} has no ${field}`)
  return found.offset
}
