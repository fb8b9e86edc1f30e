import type { MessageBuffer } from '#src/protocol/message.js'

/*
 * The messages of the codec benchmark as an engineer would write them by hand for speed, with `DataView` and the same
 * contract: the same decoded object, the same checks (length word, room, safe integers, names), the same bytes.
 */

const TWO_32 = 2 ** 32
const text = new TextDecoder('utf-8', { fatal: true })

function fail(what: string): never {
  throw new Error(what)
}

function u64(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true)
  if (high > 0x1f_ffff) fail('not a safe integer')
  return high * TWO_32 + view.getUint32(at, true)
}

function any64(view: DataView, at: number): number | bigint {
  const high = view.getUint32(at + 4, true)
  return high <= 0x1f_ffff ? high * TWO_32 + view.getUint32(at, true) : view.getBigUint64(at, true)
}

function seconds(view: DataView, at: number): number {
  const value = view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true)
  if (!Number.isSafeInteger(value)) fail('not a safe integer')
  return value
}

function setU32(view: DataView, at: number, value: number): void {
  if (value !== value >>> 0) fail('not a u32')
  view.setUint32(at, value, true)
}

function setU16(view: DataView, at: number, value: number): void {
  if (value !== (value & 0xffff)) fail('not a u16')
  view.setUint16(at, value, true)
}

function setSafe(view: DataView, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) fail('not a safe integer')
  view.setUint32(at, value >>> 0, true)
  view.setInt32(at + 4, Math.floor(value / TWO_32), true)
}

function setAny(view: DataView, at: number, value: number | bigint): void {
  if (typeof value === 'number') return setSafe(view, at, value)
  view.setBigUint64(at, value, true)
}

/** A short ASCII name byte by byte, anything else by TextDecoder. */
function readName(bytes: Uint8Array, start: number, end: number): string {
  let name = ''
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i]!
    if (byte === 0x2f || byte === 0) fail('bad name')
    if (byte >= 0x80) return text.decode(bytes.subarray(start, end))
    name += String.fromCharCode(byte)
  }
  return name === '' ? fail('empty name') : name
}

function writeName(bytes: Uint8Array, start: number, name: string): number {
  if (name === '') fail('empty name')
  if (start + name.length + 1 > bytes.length) fail('no room')
  for (let i = 0; i < name.length; i += 1) {
    const unit = name.charCodeAt(i)
    if (unit === 0 || unit === 0x2f) fail('bad name')
    if (unit >= 0x80) fail('only ASCII here')
    bytes[start + i] = unit
  }
  bytes[start + name.length] = 0
  return start + name.length + 1
}

export interface Header {
  unique: number | bigint
  nodeid: number
  uid: number
  gid: number
  pid: number
}

export function decodeInHeader(view: DataView, at: number, end: number) {
  if (at + 40 > end) fail('truncated')
  return {
    len: view.getUint32(at, true),
    opcode: view.getUint32(at + 4, true),
    unique: any64(view, at + 8),
    nodeid: u64(view, at + 16),
    uid: view.getUint32(at + 24, true),
    gid: view.getUint32(at + 28, true),
    pid: view.getUint32(at + 32, true),
    total_extlen: view.getUint16(at + 36, true),
    padding: view.getUint16(at + 38, true),
  }
}

export function encodeInHeader(
  view: DataView,
  at: number,
  header: Header,
  len: number,
  opcode: number,
  total_extlen = 0,
  padding = 0,
): void {
  if (at + 40 > view.byteLength) fail('no room')
  setU32(view, at, len)
  setU32(view, at + 4, opcode)
  setAny(view, at + 8, header.unique)
  setSafe(view, at + 16, header.nodeid)
  setU32(view, at + 24, header.uid)
  setU32(view, at + 28, header.gid)
  setU32(view, at + 32, header.pid)
  setU16(view, at + 36, total_extlen)
  setU16(view, at + 38, padding)
}

function requestHeader(message: MessageBuffer, start: number, end: number) {
  const header = decodeInHeader(message.view, start, end)
  if (header.len !== end - start) fail('wrong length')
  if (header.total_extlen !== 0) fail('extensions')
  return header
}

/** Any request: what its opcode says. */
export function decodeRequest(message: MessageBuffer, start: number, end: number) {
  const header = requestHeader(message, start, end)
  switch (header.opcode) {
    case 1:
      return decodeLookup(message, start, end, header)
    case 15:
      return decodeRead(message, start, end, header)
    case 16:
      return decodeWrite(message, start, end, header)
    default:
      return fail('unknown opcode')
  }
}

type InHeader = ReturnType<typeof decodeInHeader>

function decodeLookup(message: MessageBuffer, start: number, end: number, header: InHeader) {
  const nul = message.bytes.indexOf(0, start + 40)
  if (nul !== end - 1) fail('no NUL at the end')
  return { op: 'LOOKUP', header, name: readName(message.bytes, start + 40, nul) }
}

function encodeLookup(message: MessageBuffer, start: number, value: { header: Header; name: string }): number {
  const end = writeName(message.bytes, start + 40, value.name)
  encodeInHeader(message.view, start, value.header, end - start, 1)
  return end
}

function readIn(view: DataView, at: number, end: number) {
  if (at + 40 > end) fail('truncated')
  return {
    fh: u64(view, at),
    offset: u64(view, at + 8),
    size: view.getUint32(at + 16, true),
    read_flags: view.getUint32(at + 20, true),
    lock_owner: any64(view, at + 24),
    flags: view.getUint32(at + 32, true),
    padding: view.getUint32(at + 36, true),
  }
}

export type ReadIn = ReturnType<typeof readIn>

function setReadIn(view: DataView, at: number, value: Omit<ReadIn, 'read_flags' | 'padding'>, flags: number): void {
  if (at + 40 > view.byteLength) fail('no room')
  setSafe(view, at, value.fh)
  setSafe(view, at + 8, value.offset)
  setU32(view, at + 16, value.size)
  setU32(view, at + 20, flags)
  setAny(view, at + 24, value.lock_owner)
  setU32(view, at + 32, value.flags)
  setU32(view, at + 36, 0)
}

function decodeRead(message: MessageBuffer, start: number, end: number, header: InHeader) {
  const fuse_read_in = readIn(message.view, start + 40, end)
  if (start + 80 !== end) fail('left over')
  return { op: 'READ', header, fuse_read_in }
}

function encodeRead(message: MessageBuffer, start: number, value: { header: Header; fuse_read_in: ReadIn }): number {
  setReadIn(message.view, start + 40, value.fuse_read_in, value.fuse_read_in.read_flags)
  encodeInHeader(message.view, start, value.header, 80, 15)
  return start + 80
}

type WriteIn = Omit<ReadIn, 'read_flags'> & { write_flags: number }

function decodeWrite(message: MessageBuffer, start: number, end: number, header: InHeader) {
  const { view } = message
  const at = start + 40
  if (at + 40 > end) fail('truncated')
  const fuse_write_in = {
    fh: u64(view, at),
    offset: u64(view, at + 8),
    size: view.getUint32(at + 16, true),
    write_flags: view.getUint32(at + 20, true),
    lock_owner: any64(view, at + 24),
    flags: view.getUint32(at + 32, true),
    padding: view.getUint32(at + 36, true),
  }
  if (at + 40 + fuse_write_in.size !== end) fail('wrong size')
  return { op: 'WRITE', header, fuse_write_in, data: message.bytes.subarray(at + 40, end) }
}

function encodeWrite(
  message: MessageBuffer,
  start: number,
  value: { header: Header; fuse_write_in: WriteIn; data: Uint8Array },
): number {
  const { fuse_write_in, data } = value
  setReadIn(message.view, start + 40, fuse_write_in, fuse_write_in.write_flags)
  if (fuse_write_in.size !== data.length) fail('wrong size')
  const end = start + 80 + data.length
  if (end > message.bytes.length) fail('no room')
  message.bytes.set(data, start + 80)
  encodeInHeader(message.view, start, value.header, end - start, 16)
  return end
}

function outHeader(view: DataView, start: number, end: number) {
  if (start + 16 > end) fail('truncated')
  const header = {
    len: view.getUint32(start, true),
    error: view.getInt32(start + 4, true),
    unique: any64(view, start + 8),
  }
  if (header.len !== end - start) fail('wrong length')
  return header
}

function setOutHeader(view: DataView, start: number, len: number, error: number, unique: number | bigint): void {
  setU32(view, start, len)
  view.setInt32(start + 4, error, true)
  setAny(view, start + 8, unique)
}

export function decodeGetattrReply(message: MessageBuffer, start: number, end: number) {
  const { view } = message
  const header = outHeader(view, start, end)
  if (header.error > 0 || header.error < -511) fail('bad error')
  if (start + 120 !== end) fail('wrong size')
  const at = start + 16
  const fuse_attr_out = {
    attr_valid: any64(view, at),
    attr_valid_nsec: view.getUint32(at + 8, true),
    dummy: view.getUint32(at + 12, true),
    attr: readAttr(view, at + 16),
  }
  return { op: 'GETATTR', header, ok: true, fuse_attr_out }
}

function readAttr(view: DataView, at: number) {
  return {
    ino: any64(view, at),
    size: u64(view, at + 8),
    blocks: u64(view, at + 16),
    atime: seconds(view, at + 24),
    mtime: seconds(view, at + 32),
    ctime: seconds(view, at + 40),
    atimensec: view.getUint32(at + 48, true),
    mtimensec: view.getUint32(at + 52, true),
    ctimensec: view.getUint32(at + 56, true),
    mode: view.getUint32(at + 60, true),
    nlink: view.getUint32(at + 64, true),
    uid: view.getUint32(at + 68, true),
    gid: view.getUint32(at + 72, true),
    rdev: view.getUint32(at + 76, true),
    blksize: view.getUint32(at + 80, true),
    flags: view.getUint32(at + 84, true),
  }
}

export type AttrOut = ReturnType<typeof decodeGetattrReply>['fuse_attr_out']

export function encodeGetattrReply(
  message: MessageBuffer,
  start: number,
  value: { unique: number | bigint; fuse_attr_out: AttrOut },
): number {
  const { view } = message
  if (start + 120 > view.byteLength) fail('no room')
  const at = start + 16
  const { attr } = value.fuse_attr_out
  setAny(view, at, value.fuse_attr_out.attr_valid)
  setU32(view, at + 8, value.fuse_attr_out.attr_valid_nsec)
  setU32(view, at + 12, 0)
  setAny(view, at + 16, attr.ino)
  setSafe(view, at + 24, attr.size)
  setSafe(view, at + 32, attr.blocks)
  setSafe(view, at + 40, attr.atime)
  setSafe(view, at + 48, attr.mtime)
  setSafe(view, at + 56, attr.ctime)
  setU32(view, at + 64, attr.atimensec)
  setU32(view, at + 68, attr.mtimensec)
  setU32(view, at + 72, attr.ctimensec)
  setU32(view, at + 76, attr.mode)
  setU32(view, at + 80, attr.nlink)
  setU32(view, at + 84, attr.uid)
  setU32(view, at + 88, attr.gid)
  setU32(view, at + 92, attr.rdev)
  setU32(view, at + 96, attr.blksize)
  setU32(view, at + 100, attr.flags)
  setOutHeader(view, start, 120, 0, value.unique)
  return start + 120
}

type OutHeader = ReturnType<typeof outHeader>

/** Any notification: what its code says. */
export function decodeNotification(message: MessageBuffer, start: number, end: number) {
  const header = outHeader(message.view, start, end)
  if (header.unique !== 0) fail('unique is not 0')
  switch (header.error) {
    case 2:
      return decodeInvalInode(message, start, end, header)
    case 3:
      return decodeInvalEntry(message, start, end, header)
    case 4:
      return decodeStore(message, start, end, header)
    default:
      return fail('unknown code')
  }
}

function decodeInvalInode(message: MessageBuffer, start: number, end: number, header: OutHeader) {
  const { view } = message
  if (start + 40 !== end) fail('wrong size')
  const fuse_notify_inval_inode_out = {
    ino: u64(view, start + 16),
    off: seconds(view, start + 24),
    len: seconds(view, start + 32),
  }
  return { notification: 'INVAL_INODE', header, fuse_notify_inval_inode_out }
}

function encodeInvalInode(
  message: MessageBuffer,
  start: number,
  value: { fuse_notify_inval_inode_out: { ino: number; off: number; len: number } },
): number {
  const { view } = message
  if (start + 40 > view.byteLength) fail('no room')
  const body = value.fuse_notify_inval_inode_out
  setSafe(view, start + 16, body.ino)
  setSafe(view, start + 24, body.off)
  setSafe(view, start + 32, body.len)
  setOutHeader(view, start, 40, 2, 0)
  return start + 40
}

function decodeInvalEntry(message: MessageBuffer, start: number, end: number, header: OutHeader) {
  const { view } = message
  if (start + 32 > end) fail('truncated')
  const fuse_notify_inval_entry_out = {
    parent: u64(view, start + 16),
    namelen: view.getUint32(start + 24, true),
    flags: view.getUint32(start + 28, true),
  }
  const nul = start + 32 + fuse_notify_inval_entry_out.namelen
  if (nul + 1 !== end) fail('wrong size')
  const name = readName(message.bytes, start + 32, nul)
  return { notification: 'INVAL_ENTRY', header, fuse_notify_inval_entry_out, name }
}

function encodeInvalEntry(
  message: MessageBuffer,
  start: number,
  value: { fuse_notify_inval_entry_out: { parent: number; namelen: number; flags: number }; name: string },
): number {
  const { view } = message
  const body = value.fuse_notify_inval_entry_out
  const end = writeName(message.bytes, start + 32, value.name)
  if (end - start - 33 !== body.namelen) fail('wrong namelen')
  setSafe(view, start + 16, body.parent)
  setU32(view, start + 24, body.namelen)
  setU32(view, start + 28, body.flags)
  setOutHeader(view, start, end - start, 3, 0)
  return end
}

function decodeStore(message: MessageBuffer, start: number, end: number, header: OutHeader) {
  const { view } = message
  if (start + 40 > end) fail('truncated')
  const fuse_notify_store_out = {
    nodeid: u64(view, start + 16),
    offset: u64(view, start + 24),
    size: view.getUint32(start + 32, true),
    padding: view.getUint32(start + 36, true),
  }
  if (start + 40 + fuse_notify_store_out.size !== end) fail('wrong size')
  const data = message.bytes.subarray(start + 40, end)
  return { notification: 'STORE', header, fuse_notify_store_out, data }
}

function encodeStore(
  message: MessageBuffer,
  start: number,
  value: { fuse_notify_store_out: { nodeid: number; offset: number; size: number }; data: Uint8Array },
): number {
  const { view } = message
  const { fuse_notify_store_out: body, data } = value
  const end = start + 40 + data.length
  if (end > view.byteLength) fail('no room')
  if (body.size !== data.length) fail('wrong size')
  setSafe(view, start + 16, body.nodeid)
  setSafe(view, start + 24, body.offset)
  setU32(view, start + 32, body.size)
  setU32(view, start + 36, 0)
  message.bytes.set(data, start + 40)
  setOutHeader(view, start, end - start, 4, 0)
  return end
}

type RequestValue =
  | ({ op: 'LOOKUP' } & Parameters<typeof encodeLookup>[2])
  | ({ op: 'READ' } & Parameters<typeof encodeRead>[2])
  | ({ op: 'WRITE' } & Parameters<typeof encodeWrite>[2])

export function encodeRequest(message: MessageBuffer, start: number, value: RequestValue): number {
  switch (value.op) {
    case 'LOOKUP':
      return encodeLookup(message, start, value)
    case 'READ':
      return encodeRead(message, start, value)
    case 'WRITE':
      return encodeWrite(message, start, value)
  }
}

type NotificationValue =
  | ({ notification: 'INVAL_INODE' } & Parameters<typeof encodeInvalInode>[2])
  | ({ notification: 'INVAL_ENTRY' } & Parameters<typeof encodeInvalEntry>[2])
  | ({ notification: 'STORE' } & Parameters<typeof encodeStore>[2])

export function encodeNotification(message: MessageBuffer, start: number, value: NotificationValue): number {
  switch (value.notification) {
    case 'INVAL_INODE':
      return encodeInvalInode(message, start, value)
    case 'INVAL_ENTRY':
      return encodeInvalEntry(message, start, value)
    case 'STORE':
      return encodeStore(message, start, value)
  }
}
