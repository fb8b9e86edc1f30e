import {
  FLAG_FAMILIES,
  FLAG_WISHES,
  INIT_FLAG_ALIASES,
  INIT_FLAGS,
  REFUSED_FLAGS,
  type FlagFamily,
  type InitFlagName,
  type InitFlagRow,
} from '#src/protocol/index.js'
import { code, sinceMinor, table } from './markdown.js'

/** Flags that no wish names, and when they are taken. */
const WITHOUT_WISH: Readonly<Partial<Record<InitFlagName, string>>> = {
  MAX_PAGES: 'always taken; number `maxPages`',
  INIT_EXT: 'taken when a flag of bit 32 or above is',
  REQUEST_TIMEOUT: 'taken when `requestTimeoutSeconds` is given',
}

/** Every flag of INIT, and what this library does with it. */
export function initFlags(): string {
  const rows = Object.entries(INIT_FLAGS).map(([name, row]: [string, InitFlagRow]) => [
    code(name),
    String(row.bit),
    sinceMinor(row.since),
    row.meaning,
    handling(name as InitFlagName),
  ])
  return table(['Flag', 'Bit', 'Since', 'Meaning', 'A server of this library'], rows)
}

/** @throws Error if nothing says what becomes of the flag, so that a new row is not left without a word */
function handling(name: InitFlagName): string {
  const reason = REFUSED_FLAGS[name]
  if (reason !== undefined) return `refuses it: ${reason}`
  const wish = Object.entries(FLAG_WISHES).find(([, { flag }]) => flag === name)
  if (wish !== undefined) return `wish ${code(wish[0])}, by default ${code(String(wish[1].byDefault))}`
  const other = WITHOUT_WISH[name]
  if (other === undefined) throw new Error(`render-flags.ts does not say what becomes of ${name}`)
  return other
}

/** Older names of flags of INIT. */
export function initFlagAliases(): string {
  return Object.entries(INIT_FLAG_ALIASES)
    .map(([alias, name]) => `${code(alias)} is an older name of ${code(name)}.`)
    .join(' ')
}

/** Every other family of flags. */
export function flagFamilies(): string {
  return Object.entries(FLAG_FAMILIES)
    .map(([name, family]) => section(name, family))
    .join('\n\n')
}

function section(name: string, family: FlagFamily): string {
  const rows = Object.entries(family.flags).map(([flag, { value, meaning }]) => [
    code(family.prefix + flag),
    code(`0x${value.toString(16)}`),
    meaning,
  ])
  const where = `Held by ${family.where.split(', ').map(code).join(' and ')}.`
  const aliases = Object.entries(family.aliases ?? {}).map(
    ([alias, flag]) => `${code(family.prefix + alias)} is another name of ${code(family.prefix + flag)}.`,
  )
  return [`### ${name}`, [where, ...aliases].join(' '), table(['Flag', 'Value', 'Meaning'], rows)].join('\n\n')
}
