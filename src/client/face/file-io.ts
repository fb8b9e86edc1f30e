import { PAGE_SIZE } from '../../protocol/limits.js'
import { STATX_SIZE } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { Task } from '../task.js'
import type { OpenFile } from '../vfs/file.js'
import { getattr } from '../vfs/getattr.js'
import { read } from '../vfs/read.js'
import { write } from '../vfs/write.js'
import { checkAborted } from './abort.js'
import { wrongType } from './argument-errors.js'
import { viewed } from './bytes.js'
import { encodeText, type Encoding } from './text.js'

/* Reading and writing of open files, as their handles do it. */

/** What can be written: text, bytes, or what gives one after the other, such as an array or a stream. */
export type WriteData = string | ArrayBufferView | Pieces | AsyncPieces
type Piece = string | ArrayBufferView
type Pieces = Iterable<Piece>
type AsyncPieces = AsyncIterable<Piece>

const READ_BYTES = 512 * 1024

/** @param at undefined: the file's position, which moves on */
export async function readAt(
  core: Core,
  file: OpenFile,
  into: Uint8Array,
  at: number | undefined,
  task: Task,
): Promise<number> {
  if (at !== undefined) {
    if (!file.isSeekable) throw failure('ESPIPE')
    return read(core, file, into, at, task)
  }
  return file.positionLock.exclusive(async () => {
    const count = await read(core, file, into, file.position, task)
    file.advance(file.position + count)
    return count
  })
}

/** @param at undefined: the file's position, which moves on */
export async function writeAt(
  core: Core,
  file: OpenFile,
  data: Uint8Array,
  at: number | undefined,
  task: Task,
): Promise<number> {
  if (at !== undefined) {
    if (!file.isSeekable) throw failure('ESPIPE')
    return (await write(core, file, data, at, task)).count
  }
  return file.positionLock.exclusive(async () => {
    const { count, end } = await write(core, file, data, file.position, task)
    file.advance(end)
    return count
  })
}

/** The rest of the file, from its position on. @throws Failure EFBIG beyond `maxFileBytes` */
export async function readAll(core: Core, file: OpenFile, task: Task, signal?: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const { size } = await getattr(core, file.inode, task, { mask: STATX_SIZE })
  const most = core.settings.maxFileBytes
  let total = 0
  let room = Math.max(PAGE_SIZE, Math.min(size - file.position, READ_BYTES))
  for (;;) {
    checkAborted(signal)
    const part = new Uint8Array(room)
    const count = await readAt(core, file, part, undefined, task)
    if (count === 0) return joined(parts)
    total += count
    if (total > most) throw failure('EFBIG')
    parts.push(part.subarray(0, count))
    room = READ_BYTES
  }
}

/** Writes all of `data` at the file's position. @throws TypeError ERR_INVALID_ARG_TYPE for what cannot be written */
export async function writeAll(
  core: Core,
  file: OpenFile,
  data: WriteData,
  encoding: Encoding,
  task: Task,
  signal?: AbortSignal,
): Promise<void> {
  for await (const piece of piecesOf(data)) {
    const bytes = toBytes(piece, encoding)
    for (let done = 0; done < bytes.length;) {
      checkAborted(signal)
      done += await writeAt(core, file, bytes.subarray(done), undefined, task)
    }
  }
}

/** @throws TypeError ERR_INVALID_ARG_TYPE for what cannot be written */
export function checkData(data: WriteData): void {
  piecesOf(data)
}

function piecesOf(data: WriteData): Pieces | AsyncPieces {
  if (typeof data === 'string' || ArrayBuffer.isView(data)) return [data]
  const isIterable =
    typeof data === 'object' && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data)
  if (!isIterable) throw wrongType('data', 'a string, bytes or an iterable of them', data)
  return data
}

/** Bytes, or text in an encoding. @throws TypeError ERR_INVALID_ARG_TYPE for anything else */
export function toBytes(data: Piece, encoding: Encoding = 'utf8'): Uint8Array {
  if (typeof data === 'string') return encodeText(data, encoding)
  if (!ArrayBuffer.isView(data)) throw wrongType('data', 'a string or bytes', data)
  return viewed(data)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
