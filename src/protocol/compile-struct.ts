import type { FieldLayout, StructCodec, StructLayout, Variant } from './layout.js'
import {
  exactScalar,
  MAX_SAFE_HIGH,
  readAny,
  readSignedAny,
  scalarSize,
  TWO_32,
  writeAny,
  writeSignedAny,
  type Scalar,
} from './scalars.js'
import { outOfRange, truncated } from './struct-errors.js'

/*
 * Turns a struct table into JavaScript once, at load. Walking the table costs ten times as much per message; code
 * written by hand is as fast but would say every offset a second time. Only names from our own tables reach the source.
 */

/** What generated code may call. */
const SUPPORT = { readAny, readSignedAny, writeAny, writeSignedAny, outOfRange, truncated }

/** A compiled codec, or undefined where code generation from strings is forbidden. */
export function compileStruct<T, I>(layout: StructLayout, variant: Variant): StructCodec<T, I> | undefined {
  const size = variant.size ?? layout.size
  const source = new Source(size, variant.exact ?? false)
  const shape = source.decoder(layout, 0, layout.name)
  source.encoder(layout, 0, layout.name, 'value')
  const code = `'use strict'
const { ${Object.keys(SUPPORT).join(', ')} } = support
return {
decode(view, offset, end) {
if (offset + ${size} > end) throw truncated('${layout.name}', offset, end, ${size})
${source.reads.join('\n')}
return ${shape}
},
encode(view, offset, value) {
if (offset + ${size} > view.byteLength) throw truncated('${layout.name}', offset, view.byteLength, ${size})
${source.writes.join('\n')}
},
}`
  try {
    // eslint-disable-next-line no-new-func, typescript/no-implied-eval
    const factory = new Function('support', code) as (support: typeof SUPPORT) => StructCodec<T, I>
    return factory(SUPPORT)
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}

/** The statements of one decoder and one encoder, in the making. */
class Source {
  readonly reads: string[] = []
  readonly writes: string[] = []
  private readonly size: number
  private readonly exact: boolean
  private temporaries = 0

  constructor(size: number, exact: boolean) {
    this.size = size
    this.exact = exact
  }

  /** The object literal for a struct at `base`; checks and temporaries go to `reads`. */
  decoder(layout: StructLayout, base: number, struct: string): string {
    const entries = layout.fields.map(
      (field) => `${field.name}: ${this.decodeField(field, base + field.offset, struct)}`,
    )
    return `{ ${entries.join(', ')} }`
  }

  private decodeField(field: FieldLayout, at: number, struct: string): string {
    if (typeof field.type === 'object') return this.decoder(field.type, at, field.type.name)
    if (field.type === 'bytes') {
      return at + field.size > this.size
        ? `new Uint8Array(${field.size})`
        : `new Uint8Array(view.buffer, view.byteOffset + offset + ${at}, ${field.size})`
    }
    if (field.count === undefined) return this.decodeScalar(field, field.type, at, struct)
    const { type, count } = field
    const step = scalarSize(type)
    const items = Array.from({ length: count }, (_, i) => this.decodeScalar(field, type, at + i * step, struct))
    return `[${items.join(', ')}]`
  }

  private decodeScalar(field: FieldLayout, type: Scalar, at: number, struct: string): string {
    if (at + scalarSize(type) > this.size) return '0'
    const place = `offset + ${at}`
    switch (this.kind(type)) {
      case 'u16':
        return `view.getUint16(${place}, true)`
      case 'u32':
        return `view.getUint32(${place}, true)`
      case 'i32':
        return `view.getInt32(${place}, true)`
      case 'u64:any':
        return `readAny(view, ${place})`
      case 'i64:any':
        return `readSignedAny(view, ${place})`
      case 'u64': {
        const high = this.temporary(`view.getUint32(offset + ${at + 4}, true)`)
        this.reads.push(`if (${high} > ${MAX_SAFE_HIGH}) ${this.refuseRead(field, at, struct)}`)
        return `${high} * ${TWO_32} + view.getUint32(${place}, true)`
      }
      case 'i64':
      case 'u64:signed': {
        const high = this.temporary(`view.getInt32(offset + ${at + 4}, true)`)
        const whole = this.temporary(`${high} * ${TWO_32} + view.getUint32(${place}, true)`)
        this.reads.push(`if (!Number.isSafeInteger(${whole})) ${this.refuseRead(field, at, struct)}`)
        return whole
      }
    }
  }

  private temporary(expression: string): string {
    const name = `t${this.temporaries++}`
    this.reads.push(`const ${name} = ${expression}`)
    return name
  }

  private refuseRead(field: FieldLayout, at: number, struct: string): string {
    const value = `view.getBigUint64(offset + ${at}, true)`
    return `throw outOfRange('${struct}', '${field.name}', offset + ${at}, ${value}, '${field.wireType}')`
  }

  /** Statements that write the struct `source` at `base`. */
  encoder(layout: StructLayout, base: number, struct: string, source: string): void {
    for (const field of layout.fields) this.encodeField(field, base + field.offset, struct, `${source}.${field.name}`)
  }

  private encodeField(field: FieldLayout, at: number, struct: string, source: string): void {
    if (typeof field.type === 'object') {
      this.encoder(field.type, at, field.type.name, source)
    } else if (field.type === 'bytes') {
      if (at + field.size > this.size) return
      const refuse = `throw outOfRange('${struct}', '${field.name}', offset + ${at}, ${source}, 'run of ${field.size} bytes')`
      this.writes.push(`if (!(${source} instanceof Uint8Array) || ${source}.length !== ${field.size}) ${refuse}`)
      this.writes.push(`new Uint8Array(view.buffer, view.byteOffset + offset + ${at}, ${field.size}).set(${source})`)
    } else if (field.count === undefined) {
      this.encodeScalar(field, field.type, at, struct, field.padding ? `${source} ?? 0` : source)
    } else {
      const step = scalarSize(field.type)
      for (let i = 0; i < field.count; i += 1) {
        const item = field.padding ? `${source}?.[${i}] ?? 0` : `${source}[${i}]`
        this.encodeScalar(field, field.type, at + i * step, struct, item)
      }
    }
  }

  private encodeScalar(field: FieldLayout, type: Scalar, at: number, struct: string, source: string): void {
    if (at + scalarSize(type) > this.size) return
    const place = `offset + ${at}`
    const refuse = `throw outOfRange('${struct}', '${field.name}', ${place}, v, '${field.wireType}')`
    const statements = (checks: string, ...writes: string[]) =>
      this.writes.push(`{ const v = ${source}; if (${checks}) ${refuse}; ${writes.join('; ')} }`)
    switch (this.kind(type)) {
      case 'u16':
        return void statements("typeof v !== 'number' || v !== (v & 0xffff)", `view.setUint16(${place}, v, true)`)
      case 'u32':
        return void statements("typeof v !== 'number' || v !== v >>> 0", `view.setUint32(${place}, v, true)`)
      case 'i32':
        return void statements("typeof v !== 'number' || v !== (v | 0)", `view.setInt32(${place}, v, true)`)
      case 'u64:any':
        return void statements(`!writeAny(view, ${place}, v)`)
      case 'i64:any':
        return void statements(`!writeSignedAny(view, ${place}, v)`)
      case 'u64':
        return void statements('!Number.isSafeInteger(v) || v < 0', ...this.writeHalves(at))
      case 'i64':
      case 'u64:signed':
        return void statements('!Number.isSafeInteger(v)', ...this.writeHalves(at))
    }
  }

  /** Math.floor, and not a shift, since the upper half of a safe integer is itself up to 21 bits plus a sign. */
  private writeHalves(at: number): string[] {
    return [
      `view.setUint32(offset + ${at}, v >>> 0, true)`,
      `view.setInt32(offset + ${at + 4}, Math.floor(v / ${TWO_32}), true)`,
    ]
  }

  private kind(type: Scalar): Scalar {
    return this.exact ? exactScalar(type) : type
  }
}
