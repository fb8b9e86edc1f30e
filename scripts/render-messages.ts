import {
  NOTIFICATIONS,
  OPCODES,
  RESERVED_OPCODES,
  type NotifyRow,
  type OpcodeRow,
  type Part,
} from '#src/protocol/index.js'
import { code, sinceMinor, table } from './markdown.js'

/** What every request has and asks for. */
export function requests(): string {
  const rows = Object.entries(OPCODES).map(([name, row]: [string, OpcodeRow]) => [
    code(name),
    String(row.code),
    sinceMinor(row.since),
    row.nodeid === '0' ? 'nothing: 0' : row.nodeid,
    layout(row.in),
    replyOf(row),
    row.extensions.map(code).join(', ') || 'none',
    row.note ?? '',
  ])
  return table(['Opcode', 'Number', 'Since', '`nodeid` names', 'In', 'Out', 'Extensions', 'Notes'], rows)
}

/** The numbers that are never opcodes. */
export function reservedOpcodes(): string {
  const rows = Object.entries(RESERVED_OPCODES).map(([name, { code: number, meaning }]) => [
    code(name),
    String(number),
    meaning,
  ])
  return table(['Name', 'Number', 'Meaning'], rows)
}

/** What every notification has. */
export function notifications(): string {
  const rows = Object.entries(NOTIFICATIONS).map(([name, row]: [string, NotifyRow]) => [
    code(name),
    String(row.code),
    sinceMinor(row.since),
    layout(row.out),
    row.note,
  ])
  return table(['Notification', 'Code', 'Since', 'Out', 'Notes'], rows)
}

function replyOf(row: OpcodeRow): string {
  if (!row.reply) return 'no reply'
  const zero = row.outIfSizeZero === undefined ? '' : `; asked for size 0: ${layout(row.outIfSizeZero)}`
  return layout(row.out) + zero
}

function layout(parts: readonly Part[]): string {
  return parts.map(shown).join(', ') || 'nothing'
}

function shown(part: Part): string {
  switch (part.kind) {
    case 'struct':
      return code(part.key)
    case 'text':
      return `${code(part.key)} NUL`
    case 'counted-text':
      return `${code(`${part.key}[${part.length.field}]`)} NUL`
    case 'bytes':
      return code(part.length === 'rest' ? `${part.key}[...]` : `${part.key}[${part.length.field}]`)
    case 'array':
    case 'node-ids':
      return code(`${part.key}[${part.count.field}]`)
    case 'ignored':
      return 'nothing; what is there is ignored'
  }
}
