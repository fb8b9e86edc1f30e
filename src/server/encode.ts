import { ProtocolError } from '../base/errors.js'
import type { FileHandle, Generation, NodeId } from '../base/ids.js'
import {
  FOPEN_CACHE_DIR,
  FOPEN_DIRECT_IO,
  FOPEN_KEEP_CACHE,
  FOPEN_NOFLUSH,
  FOPEN_NONSEEKABLE,
  FOPEN_PARALLEL_DIRECT_WRITES,
  FOPEN_STREAM,
} from '../protocol/flags/open.js'
import type { fuse_attr, fuse_attr_out, fuse_entry_out } from '../protocol/structs/attr.js'
import type { fuse_open_out } from '../protocol/structs/file.js'
import type { fuse_statx_out } from '../protocol/structs/statx.js'
import { textLength, writeText } from '../protocol/text.js'
import { checkMade, checkType } from './check.js'
import type { Attr, AttrResult, Entry, NegativeEntry, OpenResult, StatxResult } from './results.js'

/* From what handlers answer to the structs of the wire, with the mount's defaults. */

/** What a reply says where a handler leaves it open. */
export interface ReplyDefaults {
  readonly entryTimeoutMs: number
  readonly attrTimeoutMs: number
  readonly negativeTimeoutMs: number
  readonly keepCache: boolean
  readonly cacheDir: boolean
}

type FuseAttr = ReturnType<typeof fuse_attr.decode>
type EntryOut = ReturnType<typeof fuse_entry_out.decode>
type AttrOut = Parameters<typeof fuse_attr_out.encode>[2]
type StatxOut = Parameters<typeof fuse_statx_out.encode>[2]
type OpenOut = Parameters<typeof fuse_open_out.encode>[2]

/** Longer than any kernel runs, and still a safe integer; the kernel cuts it to what its clock can hold. */
const FOR_EVER_SECONDS = 2 ** 40
const BLOCK = 512

export function fuseAttr(attr: Attr, node: NodeId): FuseAttr {
  const size = attr.size ?? 0
  return {
    ino: attr.ino ?? node,
    size,
    blocks: attr.blocks ?? Math.ceil(size / BLOCK),
    atime: attr.atime ?? 0,
    mtime: attr.mtime ?? 0,
    ctime: attr.ctime ?? 0,
    atimensec: attr.atimensec ?? 0,
    mtimensec: attr.mtimensec ?? 0,
    ctimensec: attr.ctimensec ?? 0,
    mode: attr.mode,
    nlink: attr.nlink ?? 1,
    uid: attr.uid ?? 0,
    gid: attr.gid ?? 0,
    rdev: attr.rdev ?? 0,
    blksize: attr.blksize ?? 4096,
    flags: attr.flags ?? 0,
  }
}

export function attrOut(result: AttrResult, node: NodeId, defaults: ReplyDefaults): AttrOut {
  checkType(result.attr.mode)
  const timeoutMs = result.attrTimeoutMs ?? defaults.attrTimeoutMs
  return { attr_valid: seconds(timeoutMs), attr_valid_nsec: nanoseconds(timeoutMs), attr: fuseAttr(result.attr, node) }
}

/** @throws TypeError if the mode has no type */
export function entryOut(entry: Entry, defaults: ReplyDefaults): EntryOut {
  checkType(entry.attr.mode)
  const entryMs = entry.entryTimeoutMs ?? defaults.entryTimeoutMs
  const attrMs = entry.attrTimeoutMs ?? defaults.attrTimeoutMs
  return {
    nodeid: entry.node,
    generation: (entry.generation ?? 0) as Generation,
    entry_valid: seconds(entryMs),
    attr_valid: seconds(attrMs),
    entry_valid_nsec: nanoseconds(entryMs),
    attr_valid_nsec: nanoseconds(attrMs),
    attr: fuseAttr(entry.attr, entry.node),
  }
}

/**
 * The entry of an object that was just made.
 * @param wanted a mode with the type that it must have, if that is known
 * @throws TypeError if it is not what was to be made
 */
export function madeEntry(entry: Entry, wanted: number | undefined, defaults: ReplyDefaults): EntryOut {
  checkMade(entry.node, entry.attr.mode, wanted)
  return entryOut(entry, defaults)
}

/** An entry that names no object: a name of READDIRPLUS without attributes. */
export const NO_ENTRY: EntryOut = {
  nodeid: 0 as NodeId,
  generation: 0 as Generation,
  entry_valid: 0,
  attr_valid: 0,
  entry_valid_nsec: 0,
  attr_valid_nsec: 0,
  attr: fuseAttr({ mode: 0, nlink: 0, blksize: 0 }, 0 as NodeId),
}

export function negativeEntryOut(entry: NegativeEntry, defaults: ReplyDefaults): EntryOut {
  const timeoutMs = entry.entryTimeoutMs ?? defaults.negativeTimeoutMs
  return { ...NO_ENTRY, entry_valid: seconds(timeoutMs), entry_valid_nsec: nanoseconds(timeoutMs) }
}

/** @param directory only of a directory may the listing be cached */
export function openOut(result: OpenResult, directory: boolean, defaults: ReplyDefaults): OpenOut {
  const keepCache = result.keepCache ?? defaults.keepCache
  const cacheDir = directory && (result.cacheDir ?? defaults.cacheDir)
  const open_flags =
    (result.directIo === true ? FOPEN_DIRECT_IO : 0) |
    (keepCache ? FOPEN_KEEP_CACHE : 0) |
    (result.nonseekable === true ? FOPEN_NONSEEKABLE : 0) |
    (cacheDir ? FOPEN_CACHE_DIR : 0) |
    (result.stream === true ? FOPEN_STREAM : 0) |
    (result.noflush === true ? FOPEN_NOFLUSH : 0) |
    (result.parallelDirectWrites === true ? FOPEN_PARALLEL_DIRECT_WRITES : 0)
  return { fh: (result.fh ?? 0) as FileHandle, open_flags, backing_id: 0 }
}

function seconds(timeoutMs: number): number {
  return timeoutMs >= FOR_EVER_SECONDS * 1000 ? FOR_EVER_SECONDS : Math.max(0, Math.floor(timeoutMs / 1000))
}

function nanoseconds(timeoutMs: number): number {
  return timeoutMs >= FOR_EVER_SECONDS * 1000 ? 0 : Math.max(0, Math.floor((timeoutMs % 1000) * 1e6))
}

/** The device number of `rdev` is in the kernel's 32-bit form: 12 bits of major, 20 of minor. */
export function statxOut(result: StatxResult, node: NodeId, defaults: ReplyDefaults): StatxOut {
  checkType(result.attr.mode)
  const timeoutMs = result.attrTimeoutMs ?? defaults.attrTimeoutMs
  const attr = fuseAttr(result.attr, node)
  const time = (tv_sec: number, tv_nsec: number) => ({ tv_sec, tv_nsec })
  return {
    attr_valid: seconds(timeoutMs),
    attr_valid_nsec: nanoseconds(timeoutMs),
    flags: 0,
    stat: {
      mask: result.mask,
      blksize: attr.blksize,
      attributes: result.attributes ?? 0,
      nlink: attr.nlink,
      uid: attr.uid,
      gid: attr.gid,
      mode: attr.mode,
      ino: attr.ino,
      size: attr.size,
      blocks: attr.blocks,
      attributes_mask: result.attributesMask ?? 0,
      atime: time(attr.atime, attr.atimensec),
      btime: time(result.btime ?? 0, result.btimensec ?? 0),
      ctime: time(attr.ctime, attr.ctimensec),
      mtime: time(attr.mtime, attr.mtimensec),
      rdev_major: (attr.rdev >> 8) & 0xfff,
      rdev_minor: (attr.rdev & 0xff) | ((attr.rdev >>> 12) & 0xfff00),
      dev_major: 0,
      dev_minor: 0,
    },
  }
}

/** A link's target as READLINK has it, without NUL. @throws ProtocolError if it is empty or cannot be encoded */
export function targetBytes(target: string): Uint8Array {
  if (target === '') throw new ProtocolError('READLINK', 'target', 0, 'is empty')
  const bytes = new Uint8Array(textLength(target, 'target') + 1)
  return bytes.subarray(0, writeText(bytes, 0, target, false, 'target') - 1)
}
