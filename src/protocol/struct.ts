import { compileStruct } from './compile-struct.js'
import { Field } from './field.js'
import { interpretStruct } from './interpret-struct.js'
import type { FieldLayout, StructCodec, StructLayout, Variant } from './layout.js'
import { scalarSize, wireType } from './scalars.js'

/** Any struct, whatever it takes. */
export type AnyStruct = Struct<string, object, never>

/** A struct as a table: field names, as in the kernel's header, in the order of the header. */
type Table = Readonly<Record<string, Field<unknown, boolean> | AnyStruct>>

type ValueOf<F> = F extends Field<infer T, boolean> ? T : F extends Struct<string, infer T, never> ? T : never
type InputOf<F> = F extends Field<infer T, boolean> ? T : F extends Struct<string, object, infer I> ? I : never
type PaddingKeys<T extends Table> = { [K in keyof T]: T[K] extends Field<unknown, true> ? K : never }[keyof T]

/** What decoding gives: every field, padding included. */
export type Decoded<T extends Table> = { -readonly [K in keyof T]: ValueOf<T[K]> }

/** What encoding takes: every field, padding only if it is not 0. */
export type Encodable<T extends Table> = { readonly [K in Exclude<keyof T, PaddingKeys<T>>]: InputOf<T[K]> } & {
  readonly [K in PaddingKeys<T>]?: InputOf<T[K]>
}

/** A struct of the wire. Size, offsets, TypeScript types and codec all come from its table. */
export class Struct<out N extends string, T extends object, I extends object>
  implements StructLayout, StructCodec<T, I>
{
  readonly name: N
  readonly fields: readonly FieldLayout[]
  /** In bytes. */
  readonly size: number
  readonly decode: StructCodec<T, I>['decode']
  readonly encode: StructCodec<T, I>['encode']

  constructor(name: N, fields: readonly FieldLayout[]) {
    this.name = name
    this.fields = fields
    const last = fields.at(-1)
    this.size = last === undefined ? 0 : last.offset + last.size
    const codec = this.variant({})
    this.decode = codec.decode
    this.encode = codec.encode
  }

  /** A codec for a variant; compiled where that is allowed. Keep it: it is made anew on each call. */
  variant(variant: Variant): StructCodec<T, I> {
    return compileStruct<T, I>(this, variant) ?? interpretStruct<T, I>(this, variant)
  }

  /** The same by walking the table for each message: 10 times slower, and what the compiled one is tested against. */
  interpreted(variant: Variant = {}): StructCodec<T, I> {
    return interpretStruct<T, I>(this, variant)
  }

  /** This struct with other kinds for some fields of the same size, such as directory cookies in place of offsets. */
  with<const C extends Table>(changes: C): Struct<N, Omit<T, keyof C> & Decoded<C>, Omit<I, keyof C> & Encodable<C>> {
    const fields = this.fields.map((field) => {
      const change = changes[field.name]
      return change === undefined ? field : placeField(field.name, change, field.offset)
    })
    return new Struct(this.name, fields)
  }
}

/** Defines a struct by its table. All fields are naturally aligned in the header, so nothing hides between them. */
export function struct<const N extends string, const T extends Table>(
  name: N,
  table: T,
): Struct<N, Decoded<T>, Encodable<T>> {
  const fields: FieldLayout[] = []
  let offset = 0
  for (const [fieldName, field] of Object.entries(table)) {
    const layout = placeField(fieldName, field, offset)
    fields.push(layout)
    offset += layout.size
  }
  return new Struct(name, fields)
}

function placeField(name: string, field: Field<unknown, boolean> | AnyStruct, offset: number): FieldLayout {
  const { type, count, padding, minor } = field instanceof Field ? field : new Field(field)
  const unit = type === 'bytes' ? 1 : typeof type === 'string' ? scalarSize(type) : type.size
  return {
    name,
    offset,
    size: unit * (count ?? 1),
    wireType: type === 'bytes' ? 'bytes' : typeof type === 'string' ? wireType(type) : type.name,
    type,
    count,
    padding,
    since: minor,
  }
}
