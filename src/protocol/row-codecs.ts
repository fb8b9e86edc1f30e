import type { PartsCodec } from './parts-codec.js'
import type { Part } from './parts.js'

/** One row of a table with the codec of its parts. */
export interface RowCodec {
  readonly name: string
  readonly code: number
  readonly parts: PartsCodec
}

/** A power of two above every code but that of CUSE_INIT. */
const DENSE = 64

/** The codecs of one table: found by number on reading, by name on writing, made when the first message comes. */
export class RowCodecs {
  /** By number; an array, since a `Map` takes 6 ns for each message. CUSE_INIT alone is beyond it. */
  private readonly byCode = Array.from({ length: DENSE }, (): RowCodec | undefined => undefined)
  private readonly byName: Record<string, RowCodec | undefined> = Object.create(null) as Record<string, undefined>
  private readonly names = new Map<number, string>()
  private readonly table: Readonly<Record<string, { readonly code: number }>>
  private readonly partsOf: (name: string) => readonly Part[]
  private readonly compile: (parts: readonly Part[], code: number) => PartsCodec

  /** @param partsOf what the messages of a row are made of */
  constructor(
    table: Readonly<Record<string, { readonly code: number }>>,
    partsOf: (name: string) => readonly Part[],
    compile: (parts: readonly Part[], code: number) => PartsCodec,
  ) {
    this.table = table
    this.partsOf = partsOf
    this.compile = compile
    for (const [name, { code }] of Object.entries(table)) this.names.set(code, name)
  }

  /** Undefined for a number that the table does not have. */
  withCode(code: number): RowCodec | undefined {
    const known = this.byCode[code & (DENSE - 1)]
    if (known !== undefined && known.code === code) return known
    const name = this.names.get(code)
    return name === undefined ? undefined : this.named(name)
  }

  named(name: string): RowCodec {
    return this.byName[name] ?? this.make(name)
  }

  private make(name: string): RowCodec {
    const { code } = this.table[name]!
    const made = { name, code, parts: this.compile(this.partsOf(name), code) }
    this.byName[name] = made
    if (code < DENSE) this.byCode[code] = made
    return made
  }
}
