import { checkInteger, outOfRange, wrongType, wrongValue } from './argument-errors.js'
import { asBytes, viewed } from './bytes.js'
import { toBytes } from './file-io.js'
import type { Encoding } from './text.js'

/* The many forms in which Node takes the arguments of read and write. */

/** Which part of a buffer is read into or written, and where in the file. */
export interface PartOptions {
  /** Bytes of the buffer that are passed over. @default 0 */
  readonly offset?: number | null | undefined
  /** @default all that follow */
  readonly length?: number | null | undefined
  /** Where in the file; null or below 0: at its position, which moves on. @default null */
  readonly position?: number | bigint | null | undefined
}

export interface ReadOptions<T extends ArrayBufferView> extends PartOptions {
  /** @default 16384 new bytes */
  readonly buffer?: T | undefined
}

interface Read<T> {
  readonly buffer: T
  readonly into: Uint8Array
  readonly at: number | undefined
}

const READ_BYTES = 16_384

export function readArguments<T extends ArrayBufferView>(
  first: T | ReadOptions<T> | null | undefined,
  second: number | PartOptions | null | undefined,
  length: number | null | undefined,
  position: number | bigint | null | undefined,
): Read<T> {
  const isBuffer = ArrayBuffer.isView(first)
  const options: PartOptions = isBuffer
    ? typeof second === 'object' && second !== null
      ? second
      : { offset: second, length, position }
    : (first ?? {})
  const buffer = isBuffer ? first : bufferOf(first)
  const start = options.offset ?? 0
  checkInteger('offset', start, 0, Number.MAX_SAFE_INTEGER)
  const count = options.length ?? buffer.byteLength - start
  if (count === 0) return { buffer, into: new Uint8Array(0), at: undefined }
  if (buffer.byteLength === 0) throw wrongValue('buffer', buffer, 'is empty and cannot be written')
  checkInteger('length', count, 0, buffer.byteLength - start)
  return { buffer, into: viewed(buffer).subarray(start, start + count), at: placeOf(options.position) }
}

function bufferOf<T extends ArrayBufferView>(options: ReadOptions<T> | null | undefined): T {
  if (options !== undefined && options !== null && typeof options !== 'object')
    throw wrongType('options', 'an object', options)
  const buffer = options?.buffer ?? asBytes(new Uint8Array(READ_BYTES))
  if (!ArrayBuffer.isView(buffer)) throw wrongType('buffer', 'an ArrayBufferView', buffer)
  return buffer as T
}

export function writeArguments(
  data: string | ArrayBufferView,
  second: number | PartOptions | null | undefined,
  third: number | Encoding | null | undefined,
  position: number | bigint | null | undefined,
): { readonly bytes: Uint8Array; readonly at: number | undefined } {
  if (typeof data === 'string') {
    const encoding = typeof third === 'string' ? third : 'utf8'
    return { bytes: toBytes(data, encoding), at: typeof second === 'number' ? placeOf(second) : undefined }
  }
  const bytes = toBytes(data)
  if (bytes.length === 0) return { bytes, at: undefined }
  const isPart = typeof second === 'object' && second !== null
  const part: PartOptions = isPart ? second : { offset: second, length: third as number | null | undefined, position }
  const start = part.offset ?? 0
  checkInteger('offset', start, 0, Number.MAX_SAFE_INTEGER)
  if (start > bytes.length) throw outOfRange('offset', `at most ${bytes.length}`, start)
  const count = typeof part.length === 'number' ? part.length : bytes.length - start
  checkInteger('length', count, 0, bytes.length - start)
  return { bytes: bytes.subarray(start, start + count), at: placeOf(part.position) }
}

/** @throws TypeError ERR_INVALID_ARG_TYPE unless all are views of bytes */
export function viewsOf(buffers: readonly ArrayBufferView[]): Uint8Array[] {
  if (!Array.isArray(buffers) || !buffers.every((buffer) => ArrayBuffer.isView(buffer)))
    throw wrongType('buffers', 'an array of ArrayBufferViews', buffers)
  return buffers.map((buffer) => viewed(buffer))
}

/** Undefined: at the file's position. */
export function placeOf(position: number | bigint | null | undefined): number | undefined {
  if (position === null || position === undefined || position < 0) return undefined
  const at = Number(position)
  return Number.isSafeInteger(at) ? at : undefined
}
