import type { FieldLayout, StructCodec, StructLayout, Variant } from './layout.js'
import { interpretStruct } from './interpret-struct.js'
import { exactScalar, isI64, isU64, MAX_SAFE_HIGH, readSignedAny, scalarSize, TWO_32, type Scalar } from './scalars.js'

/*
 * Turns a struct table into JavaScript once, at load. Walking the table costs ten times as much per message; code
 * written by hand is as fast but would say every offset a second time. Only names from our own tables reach the source.
 *
 * All values are loaded and checked at once, before anything is written, and a refusal is left to the interpreter, which
 * goes through the fields one by one and says which it is. That keeps the code small, and V8 inlines only small functions.
 */

/** A compiled codec, or undefined where code generation from strings is forbidden. */
export function compileStruct<T, I>(layout: StructLayout, variant: Variant): StructCodec<T, I> | undefined {
  const size = variant.size ?? layout.size
  const source = new Source(size, variant.exact ?? false)
  const shape = source.decoder(layout, 0)
  source.encoder(layout, 0, 'value')
  const refuse = interpretStruct<T, I>(layout, variant)
  const code = `'use strict'
const { isI64, isU64, readSignedAny, refuse } = support
return {
decode(view, offset, end) {
if (offset + ${size} > end) return refuse.decode(view, offset, end)
${source.temporaries.join('\n')}
${source.checked('decode(view, offset, end)', source.wrongReads)}
return ${shape}
},
encode(view, offset, value) {
if (offset + ${size} > view.byteLength) return refuse.encode(view, offset, value)
${source.values.join('\n')}
${source.checked('encode(view, offset, value)', source.wrongWrites)}
${source.writes.join('\n')}
},
}`
  const support = { isI64, isU64, readSignedAny, refuse }
  try {
    // eslint-disable-next-line no-new-func, typescript/no-implied-eval
    const factory = new Function('support', code) as (calls: typeof support) => StructCodec<T, I>
    return factory(support)
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}

/** The parts of one decoder and one encoder, in the making. */
class Source {
  /** Constants of the decoder, and conditions on them that must not hold. */
  readonly temporaries: string[] = []
  readonly wrongReads: string[] = []
  /** Constants of the encoder, conditions on them that must not hold, and what it does then. */
  readonly values: string[] = []
  readonly wrongWrites: string[] = []
  readonly writes: string[] = []
  private readonly size: number
  private readonly exact: boolean

  constructor(size: number, exact: boolean) {
    this.size = size
    this.exact = exact
  }

  checked(call: string, wrong: readonly string[]): string {
    return wrong.length === 0 ? '' : `if (${wrong.join(' || ')}) return refuse.${call}`
  }

  /** The object literal for a struct at `base`. */
  decoder(layout: StructLayout, base: number): string {
    const entries = layout.fields.map((field) => `${field.name}: ${this.decodeField(field, base + field.offset)}`)
    return `{ ${entries.join(', ')} }`
  }

  private decodeField(field: FieldLayout, at: number): string {
    if (typeof field.type === 'object') return this.decoder(field.type, at)
    if (field.type === 'bytes') {
      return at + field.size > this.size
        ? `new Uint8Array(${field.size})`
        : `new Uint8Array(view.buffer, view.byteOffset + offset + ${at}, ${field.size})`
    }
    if (field.count === undefined) return this.decodeScalar(field.type, at)
    const { type, count } = field
    return `[${Array.from({ length: count }, (_, i) => this.decodeScalar(type, at + i * scalarSize(type))).join(', ')}]`
  }

  /** An expression for the scalar at `at`. */
  private decodeScalar(type: Scalar, at: number): string {
    if (at + scalarSize(type) > this.size) return '0'
    const place = `offset + ${at}`
    const low = `view.getUint32(${place}, true)`
    switch (this.kind(type)) {
      case 'u16':
        return `view.getUint16(${place}, true)`
      case 'u32':
        return low
      case 'i32':
        return `view.getInt32(${place}, true)`
      case 'u64:any': {
        const high = this.temporary(`view.getUint32(offset + ${at + 4}, true)`)
        return `${high} <= ${MAX_SAFE_HIGH} ? ${high} * ${TWO_32} + ${low} : view.getBigUint64(${place}, true)`
      }
      case 'i64:any':
        return `readSignedAny(view, ${place})`
      case 'u64': {
        const high = this.temporary(`view.getUint32(offset + ${at + 4}, true)`)
        this.wrongReads.push(`${high} > ${MAX_SAFE_HIGH}`)
        return `${high} * ${TWO_32} + ${low}`
      }
      case 'i64':
      case 'u64:signed': {
        const whole = this.temporary(`view.getInt32(offset + ${at + 4}, true) * ${TWO_32} + ${low}`)
        this.wrongReads.push(`!Number.isSafeInteger(${whole})`)
        return whole
      }
    }
  }

  private temporary(expression: string): string {
    const name = `t${this.temporaries.length}`
    this.temporaries.push(`const ${name} = ${expression}`)
    return name
  }

  /** Collects what it takes to write the struct `source` at `base`. */
  encoder(layout: StructLayout, base: number, source: string): void {
    for (const field of layout.fields) this.encodeField(field, base + field.offset, `${source}.${field.name}`)
  }

  private encodeField(field: FieldLayout, at: number, source: string): void {
    if (typeof field.type === 'object') {
      this.encoder(field.type, at, source)
    } else if (field.type === 'bytes') {
      if (at + field.size > this.size) return
      const v = this.value(source)
      this.wrongWrites.push(`!(${v} instanceof Uint8Array) || ${v}.length !== ${field.size}`)
      this.writes.push(`new Uint8Array(view.buffer, view.byteOffset + offset + ${at}, ${field.size}).set(${v})`)
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
    const place = `offset + ${at}`
    const v = this.value(source)
    // Most numbers fit 32 bits, and a division costs more than the comparison that saves it.
    const high = `${v} === ${v} >>> 0 ? 0 : Math.floor(${v} / ${TWO_32})`
    const halves = `view.setUint32(${place}, ${v} >>> 0, true); view.setInt32(offset + ${at + 4}, ${high}, true)`
    const write = (wrong: string, statement: string) => {
      this.wrongWrites.push(wrong)
      this.writes.push(statement)
    }
    switch (this.kind(type)) {
      case 'u16':
        return write(`typeof ${v} !== 'number' || ${v} !== (${v} & 0xffff)`, `view.setUint16(${place}, ${v}, true)`)
      case 'u32':
        return write(`typeof ${v} !== 'number' || ${v} !== ${v} >>> 0`, `view.setUint32(${place}, ${v}, true)`)
      case 'i32':
        return write(`typeof ${v} !== 'number' || ${v} !== (${v} | 0)`, `view.setInt32(${place}, ${v}, true)`)
      case 'u64:any':
        return write(
          `typeof ${v} === 'number' ? !Number.isSafeInteger(${v}) || ${v} < 0 : !isU64(${v})`,
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
    const name = `v${this.values.length}`
    this.values.push(`const ${name} = ${source}`)
    return name
  }

  private kind(type: Scalar): Scalar {
    return this.exact ? exactScalar(type) : type
  }
}
