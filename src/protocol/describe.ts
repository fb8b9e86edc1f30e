import { errnoName } from '../base/errno.js'
import { FLAG_FAMILIES } from './flags/families.js'
import { flagNames, type FlagFamily } from './flags/family.js'
import { initFlagNames, joinInitFlags } from './flags/init-flags.js'
import { MessageCodec } from './codec.js'
import type { StructLayout } from './layout.js'
import type { MessageBuffer } from './message.js'
import { NOTIFICATIONS, type NotifyRow } from './notify-codes.js'
import { OPCODES, type OpcodeName, type OpcodeRow } from './opcodes.js'
import type { Part } from './parts.js'
import { fuse_in_header, fuse_out_header } from './structs/header.js'
import { CURRENT_FORMAT, type WireFormat } from './version.js'

/** Whether this side received the message or sent it. */
export type TraceDirection = 'rx' | 'tx'

type Value = Readonly<Record<string, unknown>>

const FAMILY_OF: ReadonlyMap<string, FlagFamily> = new Map(
  Object.values(FLAG_FAMILIES).flatMap((family: FlagFamily) =>
    family.where.split(', ').map((field) => [field, family]),
  ),
)
/** Fields that name an object; shown as `n3`. */
const NODES = new Set(['nodeid', 'ino', 'parent', 'child', 'newdir', 'oldnodeid', 'nodeid_out'])
/** Fields that say what the rest of the line shows anyway. */
const IMPLIED = new Set(['namelen', 'nr_secctx'])
const MAX_ITEMS = 8

/**
 * Shows any message as one line; the grammar is in docs/trace.md. No method throws: what is malformed is shown as such.
 */
export class Describer {
  private readonly codec: MessageCodec

  constructor(wire: WireFormat = CURRENT_FORMAT) {
    this.codec = new MessageCodec(wire, { exact: true })
  }

  /** The request in `[start, end)`, such as `rx 12: LOOKUP n1 "hello" pid 55`. */
  request(direction: TraceDirection, message: MessageBuffer, start: number, end: number): string {
    try {
      const request = this.codec.decodeRequest(message, start, end)
      const { header, op } = request
      const row: OpcodeRow = OPCODES[op]
      const shown = showParts(row.in, request)
      const more = request.extensions === undefined ? [] : [`extensions ${request.extensions.length}B`]
      const who = header.pid === 0 ? [] : [`pid ${header.pid}`]
      const node = Number(header.nodeid) === 0 ? [] : [`n${header.nodeid}`]
      return line(direction, `${header.unique}: ${op}`, [...node, ...shown, ...more, ...who])
    } catch (error) {
      return malformed(direction, `request${uniqueAt(message, start, end, fuse_in_header.size)}`, end - start, error)
    }
  }

  /** The reply to a request `op` in `[start, end)`, such as `tx 12: ENOENT`. `sizeZero` as for decoding. */
  reply(
    direction: TraceDirection,
    message: MessageBuffer,
    start: number,
    end: number,
    op: OpcodeName,
    sizeZero = false,
  ): string {
    try {
      const reply = this.codec.decodeReply(message, start, end, op, sizeZero)
      const { header } = reply
      if (!reply.ok)
        return line(direction, `${header.unique}: ${errnoName(-header.error) ?? `error ${-header.error}`}`, [])
      const row: OpcodeRow = OPCODES[op]
      const parts = (sizeZero ? row.outIfSizeZero : undefined) ?? row.out
      return line(direction, `${header.unique}: OK`, showParts(parts, reply))
    } catch (error) {
      const unique = uniqueAt(message, start, end, fuse_out_header.size)
      return malformed(direction, `reply${unique} to ${op}`, end - start, error)
    }
  }

  /** The notification in `[start, end)`, such as `tx notify STORE n3 [0 +4096]`. */
  notification(direction: TraceDirection, message: MessageBuffer, start: number, end: number): string {
    try {
      const decoded = this.codec.decodeNotification(message, start, end)
      const row: NotifyRow = NOTIFICATIONS[decoded.notification]
      return line(direction, `notify ${decoded.notification}`, showParts(row.out, decoded))
    } catch (error) {
      return malformed(direction, 'notification', end - start, error)
    }
  }

  /** A message of the server, reply or notification, whichever it is. `op` and `sizeZero` as for a reply. */
  fromServer(
    direction: TraceDirection,
    message: MessageBuffer,
    start: number,
    end: number,
    op: OpcodeName,
    sizeZero = false,
  ): string {
    return uniqueAt(message, start, end, fuse_out_header.size) === ' 0'
      ? this.notification(direction, message, start, end)
      : this.reply(direction, message, start, end, op, sizeZero)
  }
}

/** The `unique` of a message whose header is whole, after a space; else nothing. Stands at byte 8 of both headers. */
function uniqueAt(message: MessageBuffer, start: number, end: number, headerSize: number): string {
  const whole = start >= 0 && end - start >= headerSize && end <= message.bytes.length
  return whole ? ` ${message.view.getBigUint64(start + 8, true)}` : ''
}

function line(direction: TraceDirection, head: string, words: readonly string[]): string {
  return [`${direction} ${head}`, ...words].join(' ')
}

function malformed(direction: TraceDirection, what: string, length: number, error: unknown): string {
  const reason = error instanceof Error ? error.message : 'unknown'
  return escape(`${direction} malformed ${what}, ${length} bytes: ${reason}`)
}

function showParts(parts: readonly Part[], message: Value): string[] {
  return parts.flatMap((part) => {
    const value = message[part.key]
    switch (part.kind) {
      case 'struct':
        return showStruct(part.struct, value as Value)
      case 'text':
      case 'counted-text':
        return [quote(value as string)]
      case 'array':
        return showList((value as Value[]).map((item) => showStruct(part.struct, item).join(' ')))
      case 'node-ids':
        return showList((value as (number | bigint)[]).map((id) => `n${id}`))
      case 'bytes':
        return [`${(value as Uint8Array).length}B`]
      case 'ignored':
        return value === undefined ? [] : [`${(value as Uint8Array).length}B`]
    }
  })
}

function showList(items: readonly string[]): string[] {
  const shown = items.slice(0, MAX_ITEMS).join(', ')
  return [items.length > MAX_ITEMS ? `(${shown}, and ${items.length - MAX_ITEMS} more)` : `(${shown})`]
}

/** Every field that is not 0 and no padding; a range as `[offset +size]`, objects as `n3`, flags by name. */
function showStruct(struct: StructLayout, value: Value): string[] {
  const words: string[] = []
  const range = rangeOf(value)
  for (const field of struct.fields) {
    const { name } = field
    const item = value[name]
    if (field.padding || IMPLIED.has(name) || item === undefined) continue
    if (range !== undefined && (name === range.from || name === range.length)) {
      if (name === range.from) words.push(range.text)
    } else if (typeof field.type === 'object') {
      words.push(`${name}{${showStruct(field.type, item as Value).join(' ')}}`)
    } else if (typeof item === 'number' || typeof item === 'bigint') {
      // The exact codec shows seconds before 1970 as the header has them: without a sign.
      const signed = field.type === 'u64:signed' && typeof item === 'bigint' ? BigInt.asIntN(64, item) : item
      words.push(...showNumber(struct.name, name, signed, value))
    }
  }
  return words
}

function showNumber(struct: string, name: string, item: number | bigint, value: Value): string[] {
  if (struct.startsWith('fuse_init_') && (name === 'flags' || name === 'flags2')) {
    const all = joinInitFlags(value['flags'] as number, value['flags2'] as number)
    if (name === 'flags') return all === 0n ? [] : [`flags ${initFlagNames(all)}`]
    // Without INIT_EXT the upper word counts for nothing, but it was sent.
    return item === 0 || all >> 32n !== 0n ? [] : [`flags2 0x${item.toString(16)}`]
  }
  if (NODES.has(name) && struct !== 'fuse_attr' && struct !== 'fuse_statx') return [`n${item}`]
  if (Number(item) === 0) return []
  const family = FAMILY_OF.get(`${struct}.${name}`)
  if (family !== undefined) return [`${name} ${flagNames(family, Number(item))}`]
  if (name === 'mode' || name === 'umask') return [`${name} 0${item.toString(8)}`]
  return [`${name} ${item}`]
}

function rangeOf(value: Value): { readonly from: string; readonly length: string; readonly text: string } | undefined {
  const from = 'offset' in value ? 'offset' : 'off'
  const length = 'length' in value ? 'length' : 'len' in value ? 'len' : 'size'
  if (!(from in value) || !(length in value)) return undefined
  return { from, length, text: `[${String(value[from])} +${String(value[length])}]` }
}

/** In double quotes, which are escaped within. */
function quote(text: string): string {
  return `"${escape(text.replaceAll(/["\\]/gu, String.raw`\$&`))}"`
}

/** What would break the line, or what is no character, in a form that can be seen. */
function escape(text: string): string {
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, (character) => {
    const point = character.codePointAt(0)!
    return point >= 0xdc80 && point <= 0xdcff ? `\\x${(point & 0xff).toString(16)}` : `\\u{${point.toString(16)}}`
  })
}
