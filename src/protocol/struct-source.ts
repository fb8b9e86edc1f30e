import type { FieldLayout, StructLayout } from './layout.js'
import { exactScalar, MAX_SAFE_HIGH, scalarSize, TWO_32, type Scalar } from './scalars.js'

/**
 * The JavaScript that reads and writes one struct, in the making: constants, conditions on them that must not hold, an
 * object literal, statements. All values are loaded and checked before anything is written.
 *
 * The code may call `isI64`, `isU64` and `readSignedAny`, and uses `view`.
 */
export class StructSource {
  /** Constants of the decoder, and conditions on them that must not hold. */
  readonly temporaries: string[] = []
  readonly wrongReads: string[] = []
  /** Constants of the encoder, conditions on them that must not hold, and what it does then. */
  readonly values: string[] = []
  readonly wrongWrites: string[] = []
  readonly writes: string[] = []
  private readonly size: number
  private readonly exact: boolean
  private readonly offset: string
  private readonly prefix: string

  /**
   * @param size how much of the struct is on the wire
   * @param offset an expression for where it starts in `view`
   * @param prefix what the names of its constants start with, so that several structs fit into one function
   */
  constructor(size: number, exact: boolean, offset: string, prefix: string) {
    this.size = size
    this.exact = exact
    this.offset = offset
    this.prefix = prefix
  }

  /** The object literal for a struct at `base` from where this one starts. */
  decoder(layout: StructLayout, base = 0): string {
    const entries = layout.fields.map((field) => `${field.name}: ${this.decodeField(field, base + field.offset)}`)
    return `{ ${entries.join(', ')} }`
  }

  private decodeField(field: FieldLayout, at: number): string {
    if (typeof field.type === 'object') return this.decoder(field.type, at)
    if (field.type === 'bytes') {
      return at + field.size > this.size
        ? `new Uint8Array(${field.size})`
        : `new Uint8Array(view.buffer, view.byteOffset + ${this.place(at)}, ${field.size})`
    }
    if (field.count === undefined) return this.decodeScalar(field.type, at)
    const { type, count } = field
    return `[${Array.from({ length: count }, (_, i) => this.decodeScalar(type, at + i * scalarSize(type))).join(', ')}]`
  }

  /** An expression for the scalar at `at`. */
  private decodeScalar(type: Scalar, at: number): string {
    if (at + scalarSize(type) > this.size) return '0'
    const place = this.place(at)
    const low = `view.getUint32(${place}, true)`
    switch (this.kind(type)) {
      case 'u16':
        return `view.getUint16(${place}, true)`
      case 'u32':
        return low
      case 'i32':
        return `view.getInt32(${place}, true)`
      case 'u64:any': {
        const high = this.temporary(`view.getUint32(${this.place(at + 4)}, true)`)
        return `${high} <= ${MAX_SAFE_HIGH} ? ${high} * ${TWO_32} + ${low} : view.getBigUint64(${place}, true)`
      }
      case 'i64:any':
        return `readSignedAny(view, ${place})`
      case 'u64': {
        const high = this.temporary(`view.getUint32(${this.place(at + 4)}, true)`)
        this.wrongReads.push(`${high} > ${MAX_SAFE_HIGH}`)
        return `${high} * ${TWO_32} + ${low}`
      }
      case 'i64':
      case 'u64:signed': {
        const whole = this.temporary(`view.getInt32(${this.place(at + 4)}, true) * ${TWO_32} + ${low}`)
        this.wrongReads.push(`!Number.isSafeInteger(${whole})`)
        return whole
      }
    }
  }

  private temporary(expression: string): string {
    const name = `${this.prefix}r${this.temporaries.length}`
    this.temporaries.push(`const ${name} = ${expression}`)
    return name
  }

  /**
   * Collects what it takes to write a struct at `base`.
   * @param source the expression for a field's value
   */
  encoder(layout: StructLayout, source: (field: string) => string, base = 0): void {
    for (const field of layout.fields) this.encodeField(field, base + field.offset, source(field.name))
  }

  private encodeField(field: FieldLayout, at: number, source: string): void {
    if (typeof field.type === 'object') {
      this.encoder(field.type, (name) => `${source}.${name}`, at)
    } else if (field.type === 'bytes') {
      if (at + field.size > this.size) return
      const v = this.value(source)
      this.wrongWrites.push(`!(${v} instanceof Uint8Array) || ${v}.length !== ${field.size}`)
      this.writes.push(`new Uint8Array(view.buffer, view.byteOffset + ${this.place(at)}, ${field.size}).set(${v})`)
    } else if (field.count === undefined) {
      this.encodeScalar(field.type, at, field.padding ? `${source} ?? 0` : source)
    } else {
      for (let i = 0; i < field.count; i += 1) {
        const item = field.padding ? `${source}?.[${i}] ?? 0` : `${source}[${i}]`
        this.encodeScalar(field.type, at + i * scalarSize(field.type), item)
      }
    }
  }

  private encodeScalar(type: Scalar, at: number, source: string): void {
    if (at + scalarSize(type) > this.size) return
    const place = this.place(at)
    const v = this.value(source)
    // Exact: v minus its lower half is a multiple of 2^32. Twice as fast as Math.floor(v / 2^32).
    const halves = `{ const low = ${v} >>> 0; view.setUint32(${place}, low, true); view.setInt32(${this.place(at + 4)}, (${v} - low) * ${1 / TWO_32}, true) }`
    const write = (wrong: string, statement: string) => {
      this.wrongWrites.push(wrong)
      this.writes.push(statement)
    }
    switch (this.kind(type)) {
      case 'u16':
        return write(`${v} !== (${v} & 0xffff)`, `view.setUint16(${place}, ${v}, true)`)
      case 'u32':
        return write(`${v} !== ${v} >>> 0`, `view.setUint32(${place}, ${v}, true)`)
      case 'i32':
        return write(`${v} !== (${v} | 0)`, `view.setInt32(${place}, ${v}, true)`)
      case 'u64:any':
        return write(
          `(typeof ${v} === 'number' ? !Number.isSafeInteger(${v}) || ${v} < 0 : !isU64(${v}))`,
          `if (typeof ${v} === 'number') { ${halves} } else view.setBigUint64(${place}, ${v}, true)`,
        )
      case 'i64:any':
        return write(`!isI64(${v})`, `view.setBigInt64(${place}, BigInt(${v}), true)`)
      case 'u64':
        return write(`!Number.isSafeInteger(${v}) || ${v} < 0`, halves)
      case 'i64':
      case 'u64:signed':
        return write(`!Number.isSafeInteger(${v})`, halves)
    }
  }

  private value(source: string): string {
    const name = `${this.prefix}w${this.values.length}`
    this.values.push(`const ${name} = ${source}`)
    return name
  }

  private place(at: number): string {
    return at === 0 ? this.offset : `${this.offset} + ${at}`
  }

  private kind(type: Scalar): Scalar {
    return this.exact ? exactScalar(type) : type
  }
}

/** Source of `if (any of wrong) …`, or nothing if nothing can be wrong. */
export function unlessWrong(wrong: readonly string[], otherwise: string): string {
  return wrong.length === 0 ? '' : `if (${wrong.join(' || ')}) ${otherwise}`
}

/**
 * The same on values from a caller, which may be anything: the operators of the conditions throw on a bigint where a
 * number is due. Catching that costs nothing until it happens; a `typeof` for each value costs a third of an encoder.
 * @param flag a name that the surrounding code does not use
 */
export function unlessWrongValues(wrong: readonly string[], flag: string, otherwise: string): string {
  if (wrong.length === 0) return ''
  return `let ${flag}; try { ${flag} = ${wrong.join(' || ')} } catch { ${flag} = true }\nif (${flag}) ${otherwise}`
}
