import type { FieldLayout, StructCodec, StructLayout, Variant } from './layout.js'
import { exactScalar, readScalar, scalarSize, writeScalar, type Scalar } from './scalars.js'
import { outOfRange, truncated } from './struct-errors.js'

type Value = Record<string, unknown>

/** A codec that walks the table for each message. */
export function interpretStruct<T, I>(layout: StructLayout, variant: Variant): StructCodec<T, I> {
  const size = variant.size ?? layout.size
  const exact = variant.exact ?? false
  return {
    decode(view, offset, end) {
      if (offset + size > end) throw truncated(layout.name, offset, end, size)
      return decodeFields(layout, view, offset, offset + size, exact) as T
    },
    encode(view, offset, value) {
      if (offset + size > view.byteLength) throw truncated(layout.name, offset, view.byteLength, size)
      encodeFields(layout, view, offset, offset + size, exact, value as Value)
    },
  }
}

function decodeFields(layout: StructLayout, view: DataView, offset: number, end: number, exact: boolean): Value {
  const value: Value = {}
  for (const field of layout.fields) {
    const at = offset + field.offset
    if (typeof field.type === 'object') value[field.name] = decodeFields(field.type, view, at, end, exact)
    else if (field.type === 'bytes') value[field.name] = readBytes(field, view, at, end)
    else if (field.count === undefined)
      value[field.name] = readField(layout.name, field, field.type, view, at, end, exact)
    else {
      const { type, count } = field
      const step = scalarSize(type)
      value[field.name] = Array.from({ length: count }, (_, i) =>
        readField(layout.name, field, type, view, at + i * step, end, exact),
      )
    }
  }
  return value
}

function readField(
  struct: string,
  field: FieldLayout,
  type: Scalar,
  view: DataView,
  at: number,
  end: number,
  exact: boolean,
): number | bigint {
  if (at + scalarSize(type) > end) return 0
  const value = readScalar(exact ? exactScalar(type) : type, view, at)
  if (value === undefined) throw outOfRange(struct, field.name, at, view.getBigUint64(at, true), field.wireType)
  return value
}

function readBytes(field: FieldLayout, view: DataView, at: number, end: number): Uint8Array {
  return at + field.size > end
    ? new Uint8Array(field.size)
    : new Uint8Array(view.buffer, view.byteOffset + at, field.size)
}

function encodeFields(
  layout: StructLayout,
  view: DataView,
  offset: number,
  end: number,
  exact: boolean,
  value: Value,
): void {
  for (const field of layout.fields) {
    const at = offset + field.offset
    const given = value[field.name]
    if (typeof field.type === 'object') encodeFields(field.type, view, at, end, exact, given as Value)
    else if (field.type === 'bytes') {
      if (at + field.size <= end) writeBytes(layout.name, field, view, at, given)
    } else if (field.count === undefined) {
      writeField(layout.name, field, field.type, view, at, end, exact, given ?? (field.padding ? 0 : undefined))
    } else {
      const step = scalarSize(field.type)
      for (let i = 0; i < field.count; i += 1) {
        const item = (given as unknown[] | undefined)?.[i] ?? (field.padding ? 0 : undefined)
        writeField(layout.name, field, field.type, view, at + i * step, end, exact, item)
      }
    }
  }
}

function writeField(
  struct: string,
  field: FieldLayout,
  type: Scalar,
  view: DataView,
  at: number,
  end: number,
  exact: boolean,
  value: unknown,
): void {
  if (at + scalarSize(type) > end) return
  const done = writeScalar(exact ? exactScalar(type) : type, view, at, value)
  if (!done) throw outOfRange(struct, field.name, at, value, field.wireType)
}

function writeBytes(struct: string, field: FieldLayout, view: DataView, at: number, value: unknown): void {
  if (!(value instanceof Uint8Array) || value.length !== field.size) {
    throw outOfRange(struct, field.name, at, value, `run of ${field.size} bytes`)
  }
  new Uint8Array(view.buffer, view.byteOffset + at, field.size).set(value)
}
