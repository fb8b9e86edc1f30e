/** One flag of a family: its value and what it means. */
export interface FlagRow {
  readonly value: number
  readonly meaning: string
}

/** Flags that live in the same field. */
export interface FlagFamily {
  /** What comes before a flag's own name in the kernel's header, such as `'FOPEN_'`. */
  readonly prefix: string
  /** The fields that hold them. */
  readonly where: string
  /** The flags by their own names. */
  readonly flags: Readonly<Record<string, FlagRow>>
  /** Other names of the same flags. */
  readonly aliases?: Readonly<Record<string, string>>
}

/** Describes a family, keeping the literal types of its names and values. */
export function family<const F extends FlagFamily>(row: F): F {
  return row
}

/**
 * A word of flags as names, such as `'KEEP_CACHE|0x100'`: bits without a name are shown together in hexadecimal, and no
 * bit at all as `'0'`.
 */
export function flagNames(row: FlagFamily, word: number): string {
  const names: string[] = []
  let left = word >>> 0
  for (const [name, { value }] of Object.entries(row.flags)) {
    if ((left & value) === 0) continue
    names.push(name)
    left = (left & ~value) >>> 0
  }
  if (left !== 0) names.push(`0x${left.toString(16)}`)
  return names.length === 0 ? '0' : names.join('|')
}
