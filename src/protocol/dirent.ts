import { encodedNameLength, encodeNameInto, decodeName } from '../base/name.js'
import { ProtocolError } from '../base/errors.js'
import type { fuse_entry_out } from './structs/attr.js'
import { fuse_dirent, fuse_direntplus } from './structs/name.js'
import { alignRecord, NAME_MAX_PAGES, RECORD_ALIGN } from './limits.js'
import type { MessageBuffer } from './message.js'

/** Kinds of a directory entry, as in `fuse_dirent.type`: the upper bits of the mode. */
export const DT = { UNKNOWN: 0, FIFO: 1, CHR: 2, DIR: 4, BLK: 6, REG: 8, LNK: 10, SOCK: 12, WHT: 14 } as const

/** One name in a directory. `off` is the cookie from which the next READDIR goes on. */
export interface Dirent {
  readonly ino: number | bigint
  readonly off: number | bigint
  /** One of {@link DT}. */
  readonly type: number
  readonly name: string
}

/** One name in a directory with its attributes. A `nodeid` of 0 gives none, and counts as no lookup. */
export interface DirentPlus extends Dirent {
  readonly entry: ReturnType<typeof fuse_entry_out.decode>
}

/** As {@link DirentPlus}, to be written. */
export interface DirentPlusInput extends Dirent {
  readonly entry: Parameters<typeof fuse_entry_out.encode>[2]
}

/** How many bytes a record of READDIR with a name of `nameLength` bytes has, padding included. */
export function direntSize(nameLength: number): number {
  return alignRecord(fuse_dirent.size + nameLength)
}

/** How many bytes a record of READDIRPLUS with a name of `nameLength` bytes has, padding included. */
export function direntPlusSize(nameLength: number): number {
  return alignRecord(fuse_direntplus.size + nameLength)
}

/** Writes directory records, one after the other, into `[start, end)` of a buffer. */
abstract class RecordWriter<E extends Dirent> {
  /** Where the next record goes: the end of what was written. */
  at: number
  readonly start: number
  protected readonly message: MessageBuffer
  private readonly end: number

  /** @param end at most `start` + the size that the request asks for */
  constructor(message: MessageBuffer, start: number, end: number) {
    this.message = message
    this.at = start
    this.start = start
    this.end = end
  }

  /**
   * Writes one record; false, and it is as if nothing had been written, if it does not fit.
   * @throws ProtocolError for a name that is empty, has '/' or NUL, is longer than 4095 bytes or cannot be encoded
   */
  add(entry: E): boolean {
    const { name } = entry
    const next = this.at + ((this.headSize + name.length + RECORD_ALIGN - 1) & -RECORD_ALIGN)
    if (next > this.end || !writePlainName(this.message.bytes, this.at + this.headSize, next, name)) {
      return this.addAny(entry)
    }
    this.encodeHead(entry, name.length)
    this.at = next
    return true
  }

  /** Writes records that were made before; they must fit. */
  copy(records: Uint8Array): void {
    this.message.bytes.set(records, this.at)
    this.at += records.length
  }

  /** As {@link add}, for every name there is, and for none that there is not. */
  private addAny(entry: E): boolean {
    const namelen = checkedLength(entry.name, this.at)
    const name = this.at + this.headSize
    const next = alignRecord(name + namelen - this.at) + this.at
    if (next > this.end) return false
    this.encodeHead(entry, namelen)
    // The buffer may hold an older message: the padding is written too.
    this.message.bytes.fill(0, encodeNameInto(entry.name, this.message.bytes, name), next)
    this.at = next
    return true
  }

  protected abstract readonly headSize: number
  /** Writes what stands before the name, at `at`. */
  protected abstract encodeHead(entry: E, namelen: number): void
}

/** Writes the records of a READDIR reply. */
export class DirentWriter extends RecordWriter<Dirent> {
  protected readonly headSize = fuse_dirent.size

  protected encodeHead({ ino, off, type }: Dirent, namelen: number): void {
    fuse_dirent.encode(this.message.view, this.at, { ino, off, namelen, type })
  }
}

/** Writes the records of a READDIRPLUS reply. One with a `nodeid` counts as a lookup, but for "." and "..". */
export class DirentPlusWriter extends RecordWriter<DirentPlusInput> {
  protected readonly headSize = fuse_direntplus.size

  protected encodeHead({ ino, off, type, entry }: DirentPlusInput, namelen: number): void {
    const dirent = { ino, off, namelen, type }
    fuse_direntplus.encode(this.message.view, this.at, { entry_out: entry, dirent })
  }
}

/**
 * The records of a READDIR reply in `[start, end)`, as the kernel reads them: a last record that is cut is ignored.
 * @throws ProtocolError for a name that is empty, longer than 4095 bytes, or has '/' or NUL
 */
export function readDirents(message: MessageBuffer, start: number, end: number): Dirent[] {
  const entries: Dirent[] = []
  for (let at = start; at + fuse_dirent.size <= end;) {
    const { ino, off, namelen, type } = fuse_dirent.decode(message.view, at, end)
    const next = at + direntSize(checkedNameLength(namelen, at))
    if (next > end) break
    entries.push({ ino, off, type, name: readName(message, at + fuse_dirent.size, namelen) })
    at = next
  }
  return entries
}

/** The records of a READDIRPLUS reply; as {@link readDirents}. */
export function readDirentsPlus(message: MessageBuffer, start: number, end: number): DirentPlus[] {
  const entries: DirentPlus[] = []
  for (let at = start; at + fuse_direntplus.size <= end;) {
    const { entry_out, dirent } = fuse_direntplus.decode(message.view, at, end)
    const { ino, off, namelen, type } = dirent
    const next = at + direntPlusSize(checkedNameLength(namelen, at))
    if (next > end) break
    entries.push({ ino, off, type, name: readName(message, at + fuse_direntplus.size, namelen), entry: entry_out })
    at = next
  }
  return entries
}

/**
 * Writes a name of plain ASCII, which nearly all are, in one pass, and zeros up to `next`, since the buffer may hold an
 * older message. False if it is not plain, or not a name at all: that is for others to tell.
 */
function writePlainName(bytes: Uint8Array, start: number, next: number, name: string): boolean {
  const { length } = name
  if (length === 0 || length > NAME_MAX_PAGES) return false
  for (let i = 0; i < length; i += 1) {
    const unit = name.charCodeAt(i)
    if (unit === 0 || unit === 0x2f || unit >= 0x80) return false
    bytes[start + i] = unit
  }
  for (let at = start + length; at < next; at += 1) bytes[at] = 0
  return true
}

function checkedLength(name: string, at: number): number {
  const length = encodedNameLength(name)
  if (length < 0) throw new ProtocolError('fuse_dirent', 'name', at, 'has a surrogate that stands for no byte')
  checkedNameLength(length, at)
  if (name.includes('/')) throw new ProtocolError('fuse_dirent', 'name', at, "has a '/'")
  if (name.includes('\0')) throw new ProtocolError('fuse_dirent', 'name', at, 'has a NUL inside')
  return length
}

function checkedNameLength(length: number, at: number): number {
  if (length === 0) throw new ProtocolError('fuse_dirent', 'namelen', at, 'is 0: the name is empty')
  if (length <= NAME_MAX_PAGES) return length
  throw new ProtocolError('fuse_dirent', 'namelen', at, `is ${length}; a name has at most ${NAME_MAX_PAGES} bytes`)
}

function readName(message: MessageBuffer, at: number, length: number): string {
  for (let i = at; i < at + length; i += 1) {
    const byte = message.bytes[i]
    if (byte === 0x2f || byte === 0) {
      throw new ProtocolError('fuse_dirent', 'name', at, byte === 0 ? 'has a NUL inside' : "has a '/'")
    }
  }
  return decodeName(message.bytes, at, at + length)
}
