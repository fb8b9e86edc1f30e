import type { NodeId } from '../base/ids.js'
import type { InHeader, MessageBuffer } from './message.js'
import {
  EXTENSION_UNIT,
  countDiffers,
  doesNotFit,
  leftOver,
  notBytes,
  padded,
  structSize,
  trailingLength,
  writeBytes,
  writeExtensionArea,
  type PartsCodec,
  type PartsOptions,
} from './parts-codec.js'
import type { FieldRef, Part } from './parts.js'
import { readAny, writeAny } from './scalars.js'
import { outOfRange } from './struct-errors.js'
import { fuse_in_header, fuse_out_header } from './structs/header.js'
import { endOfText, noRoom, readCountedText, readText, writeText } from './text.js'

type Value = Record<string, unknown>

/** A codec that walks the list of parts for each message: the oracle of the compiled one, and its stand-in. */
export function interpretParts(parts: readonly Part[], options: PartsOptions): PartsCodec {
  return {
    decode(message, start, end, tag, header) {
      const value: Value = options.shape === 'notification' ? { notification: tag, header } : { op: tag, header }
      if (options.shape === 'reply') value['ok'] = true
      let at = start
      for (const part of parts) at = decodePart(part, options, message, at, end, value)
      if (at !== end) throw leftOver(at, end)
      return value
    },
    encode(message, start, value, headOnly) {
      const header = options.shape === 'request' ? fuse_in_header : fuse_out_header
      let at = start + header.size
      for (const part of parts) at = encodePart(part, options, message, at, value as Value, headOnly)
      const area = (value as Value)['extensions']
      if (area instanceof Uint8Array) at = writeExtensionArea(message, at, area, headOnly)
      const len = at - start + (headOnly ? trailingLength(parts, value) : 0)
      const codec = header.interpreted({ exact: options.exact })
      codec.encode(message.view, start, headerOf(options, value as Value, len) as never)
      return at
    },
  }
}

/** What a message's header says. */
function headerOf(options: PartsOptions, value: Value, len: number): object {
  const { shape, code } = options
  if (shape === 'notification') return { len, error: code, unique: 0 }
  if (shape === 'reply') return { len, error: 0, unique: value['unique'] }
  const extensions = value['extensions'] as Uint8Array | undefined
  const total_extlen = (extensions?.length ?? 0) / EXTENSION_UNIT
  const { unique, nodeid, uid, gid, pid, padding } = value['header'] as InHeader
  return { len, opcode: code, unique, nodeid, uid, gid, pid, total_extlen, padding }
}

function decodePart(
  part: Part,
  options: PartsOptions,
  message: MessageBuffer,
  at: number,
  end: number,
  value: Value,
): number {
  switch (part.kind) {
    case 'struct': {
      const codec = part.struct.interpreted({ exact: options.exact })
      if (part.elastic === true) {
        value[part.key] = codec.decode(padded(message, at, end, part.struct.size), 0, part.struct.size)
        return end
      }
      const size = structSize(part, options.wire)
      value[part.key] = part.struct.interpreted({ size, exact: options.exact }).decode(message.view, at, end)
      return at + size
    }
    case 'text': {
      const nul = endOfText(message.bytes, at, end, part.key)
      value[part.key] = readText(message.bytes, at, nul, part.component, part.key)
      return nul + 1
    }
    case 'counted-text': {
      const length = count(value, part.length)
      if (at + length + 1 > end) throw doesNotFit(part.length, at, length + 1, end - at)
      value[part.key] = readCountedText(message.bytes, at, at + length, part.key)
      const terminator = message.bytes[at + length]
      if (terminator !== 0) value['terminator'] = terminator
      return at + length + 1
    }
    case 'bytes': {
      const length = part.length === 'rest' ? end - at : count(value, part.length)
      if (part.length !== 'rest' && at + length > end) throw doesNotFit(part.length, at, length, end - at)
      value[part.key] = message.bytes.subarray(at, at + length)
      return at + length
    }
    case 'array': {
      const size = part.struct.size * count(value, part.count)
      if (at + size > end) throw doesNotFit(part.count, at, size, end - at)
      const codec = part.struct.interpreted({ exact: options.exact })
      const items: object[] = []
      for (let i = at; i < at + size; i += part.struct.size) items.push(codec.decode(message.view, i, end))
      value[part.key] = items
      return at + size
    }
    case 'node-ids': {
      const size = 8 * count(value, part.count)
      if (at + size > end) throw doesNotFit(part.count, at, size, end - at)
      value[part.key] = readNodeIds(message.view, at, size, options.exact, part.key)
      return at + size
    }
    case 'ignored':
      if (at < end) value['body'] = message.bytes.subarray(at, end)
      return end
  }
}

function encodePart(
  part: Part,
  options: PartsOptions,
  message: MessageBuffer,
  at: number,
  value: Value,
  headOnly: boolean,
): number {
  switch (part.kind) {
    case 'struct': {
      const size = structSize(part, options.wire)
      const codec = part.struct.interpreted({ size, exact: options.exact })
      codec.encode(message.view, at, value[part.key] as never)
      return at + size
    }
    case 'text':
      return writeText(message.bytes, at, value[part.key], part.component, part.key)
    case 'counted-text': {
      const end = writeText(
        message.bytes,
        at,
        value[part.key],
        false,
        part.key,
        value['terminator'] as number | undefined,
      )
      checkCount(value, part.length, at, end - at - 1)
      return end
    }
    case 'bytes': {
      const bytes = value[part.key]
      if (!(bytes instanceof Uint8Array)) throw notBytes(part.key, at)
      if (part.length !== 'rest') checkCount(value, part.length, at, bytes.length)
      return writeBytes(message, at, bytes, headOnly, part.key)
    }
    case 'array': {
      const items = value[part.key] as readonly never[]
      checkCount(value, part.count, at, items.length)
      const codec = part.struct.interpreted({ exact: options.exact })
      items.forEach((item, i) => codec.encode(message.view, at + i * part.struct.size, item))
      return at + items.length * part.struct.size
    }
    case 'node-ids': {
      const ids = value[part.key] as readonly NodeId[]
      checkCount(value, part.count, at, ids.length)
      return writeNodeIds(message, at, ids, part.key)
    }
    case 'ignored': {
      const bytes = value['body']
      return bytes instanceof Uint8Array ? writeBytes(message, at, bytes, false, 'body') : at
    }
  }
}

function count(value: Value, ref: FieldRef): number {
  return (value[ref.struct] as Record<string, number>)[ref.field]!
}

function checkCount(value: Value, ref: FieldRef, at: number, actual: number): void {
  if (count(value, ref) !== actual) throw countDiffers(ref, at, count(value, ref), actual)
}

/** Node ids in `[at, at + size)`. @throws ProtocolError if one is no safe integer, unless `exact` */
export function readNodeIds(view: DataView, at: number, size: number, exact: boolean, field: string): NodeId[] {
  const ids: NodeId[] = []
  for (let i = at; i < at + size; i += 8) {
    const id = readAny(view, i)
    if (typeof id === 'bigint' && !exact) throw outOfRange('message', field, i, id, 'u64')
    ids.push(id as NodeId)
  }
  return ids
}

export function writeNodeIds(message: MessageBuffer, at: number, ids: readonly NodeId[], field: string): number {
  if (at + 8 * ids.length > message.bytes.length) throw noRoom(field, at, 8 * ids.length, message.bytes.length)
  ids.forEach((id, i) => {
    if (!writeAny(message.view, at + 8 * i, id)) throw outOfRange('message', field, at + 8 * i, id, 'u64')
  })
  return at + 8 * ids.length
}
