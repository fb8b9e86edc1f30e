import {
  FUSE_KERNEL_MINOR_VERSION,
  NOTIFICATIONS,
  OPCODES,
  Struct,
  type NotifyRow,
  type OpcodeRow,
  type Part,
  type StructLayout,
  type WireFormat,
} from '#src/protocol/index.js'
import * as protocol from '#src/protocol/index.js'
import { code, table } from './markdown.js'

/** Every struct, in the order of their names. */
export function structs(): string {
  const all = Object.values<unknown>(protocol).filter((value) => value instanceof Struct) as StructLayout[]
  return all
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(section)
    .join('\n\n')
}

function section(struct: StructLayout): string {
  const rows = struct.fields.map((field) => [
    code(field.name),
    String(field.offset),
    String(field.size),
    code(
      field.count === undefined || field.wireType === 'bytes' ? field.wireType : `${field.wireType}[${field.count}]`,
    ),
    field.since === 0 ? '' : `7.${field.since}`,
    field.padding ? 'padding' : '',
  ])
  const about = [`${struct.size} bytes.`, usedBy(struct.name), shortForms(struct)]
    .filter((text) => text !== '')
    .join(' ')
  return [`### ${struct.name}`, about, table(['Field', 'Offset', 'Size', 'Type', 'Since', ''], rows)].join('\n\n')
}

interface Use {
  readonly where: string
  readonly part: Part
}

function uses(): Use[] {
  const all: Use[] = []
  const add = (where: string, parts: readonly Part[] = []) => all.push(...parts.map((part) => ({ where, part })))
  for (const [name, row] of Object.entries(OPCODES) as [string, OpcodeRow][]) {
    add(`${name} in`, row.in)
    add(`${name} out`, row.out)
    add(`${name} out`, row.outIfSizeZero)
  }
  for (const [name, row] of Object.entries(NOTIFICATIONS) as [string, NotifyRow][]) add(`notification ${name}`, row.out)
  return all
}

const USES = uses()

function usedBy(struct: string): string {
  const names = USES.filter(({ part }) => part.key === struct && part.kind !== 'node-ids').map(({ where }) => where)
  return names.length === 0 ? '' : `Used by ${names.join(', ')}.`
}

/** How much of the struct older minors have, found by asking the table for each minor. */
function shortForms(struct: StructLayout): string {
  const part = USES.map((use) => use.part).find((part) => part.kind === 'struct' && part.key === struct.name)
  if (part?.kind !== 'struct' || part.size === undefined) return ''
  const { size } = part
  const wire = (minor: number, setxattrExt = true): WireFormat => ({ minor, setxattrExt })
  const forms: string[] = []
  for (let minor = 1; minor <= FUSE_KERNEL_MINOR_VERSION; minor += 1) {
    const before = size(wire(minor - 1))
    if (before !== size(wire(minor))) forms.push(`below 7.${minor} the first ${before} bytes`)
  }
  const plain = size(wire(FUSE_KERNEL_MINOR_VERSION, false))
  if (plain !== struct.size) forms.push(`without \`SETXATTR_EXT\` the first ${plain} bytes`)
  if (part.elastic === true) forms.push('read by the length of the message, since the minor is not known yet')
  return forms.length === 0 ? '' : `Short forms: ${forms.join('; ')}.`
}
