import type { NodeId } from '../base/ids.js'
import type { AnyStruct, Struct } from './struct.js'
import type { WireFormat } from './version.js'

/*
 * What a message is made of after its header: parts in order. A row of the opcode or notification table lists them; the
 * codec, the TypeScript types, the trace and docs/protocol.md all follow from the row. In a decoded message each part is
 * a property: a struct under its own name, everything else under the name given here.
 */

/**
 * A struct of fixed size; `size` tells how much of it an older minor has on the wire. Of an `elastic` one (INIT, which
 * is read before the minor is known) the length of the message decides on reading, and what is missing is 0.
 */
export interface StructPart<S extends AnyStruct = AnyStruct> {
  readonly kind: 'struct'
  readonly key: S['name']
  readonly struct: S
  readonly size?: (wire: WireFormat) => number
  readonly elastic?: boolean
}

/** A string that ends with NUL. A `component` is one name in a directory: not empty, without '/'. */
export interface TextPart<K extends string = string> {
  readonly kind: 'text'
  readonly key: K
  readonly component: boolean
}

/**
 * A name whose length (without the NUL behind it) is in a field of the struct before it. The kernel takes any byte in
 * place of the NUL, so one that is not 0 is kept in the property `terminator`.
 */
export interface CountedTextPart<K extends string = string> {
  readonly kind: 'counted-text'
  readonly key: K
  readonly length: FieldRef
}

/** Bytes: as many as a field says, or what is left of the message. Decoded as a view of the message, not a copy. */
export interface BytesPart<K extends string = string> {
  readonly kind: 'bytes'
  readonly key: K
  readonly length: FieldRef | 'rest'
}

/** As many structs as a field says. */
export interface ArrayPart<S extends AnyStruct = AnyStruct> {
  readonly kind: 'array'
  readonly key: S['name']
  readonly struct: S
  readonly count: FieldRef
}

/** As many node ids as a field says. */
export interface NodeIdsPart<K extends string = string> {
  readonly kind: 'node-ids'
  readonly key: K
  readonly count: FieldRef
}

/** What may follow and means nothing: kept, so that the message can be written again; left out where there is none. */
export interface IgnoredPart {
  readonly kind: 'ignored'
  readonly key: 'body'
}

export type Part = StructPart | TextPart | CountedTextPart | BytesPart | ArrayPart | NodeIdsPart | IgnoredPart

/** A field of a struct part that stands earlier in the same message. */
export interface FieldRef {
  readonly struct: string
  readonly field: string
}

export function body<S extends AnyStruct>(struct: S, size?: (wire: WireFormat) => number): StructPart<S> {
  return size === undefined
    ? { kind: 'struct', key: struct.name, struct }
    : { kind: 'struct', key: struct.name, struct, size }
}

export function elastic<S extends AnyStruct>(struct: S, size: (wire: WireFormat) => number): StructPart<S> {
  return { kind: 'struct', key: struct.name, struct, size, elastic: true }
}

export function component<const K extends string>(key: K): TextPart<K> {
  return { kind: 'text', key, component: true }
}

export function text<const K extends string>(key: K): TextPart<K> {
  return { kind: 'text', key, component: false }
}

export function countedName<const K extends string>(key: K, struct: AnyStruct, field: string): CountedTextPart<K> {
  return { kind: 'counted-text', key, length: { struct: struct.name, field } }
}

export function data<const K extends string>(key: K, struct: AnyStruct, field: string): BytesPart<K> {
  return { kind: 'bytes', key, length: { struct: struct.name, field } }
}

export function rest<const K extends string>(key: K): BytesPart<K> {
  return { kind: 'bytes', key, length: 'rest' }
}

export function array<S extends AnyStruct>(struct: S, counter: AnyStruct, field: string): ArrayPart<S> {
  return { kind: 'array', key: struct.name, struct, count: { struct: counter.name, field } }
}

export function nodeIds<const K extends string>(key: K, counter: AnyStruct, field: string): NodeIdsPart<K> {
  return { kind: 'node-ids', key, count: { struct: counter.name, field } }
}

export const ignored: IgnoredPart = { kind: 'ignored', key: 'body' }

type Intersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never
type Flat<T> = { [K in keyof T]: T[K] }

type DecodedPart<P> =
  P extends StructPart<Struct<infer N, infer T, never>>
    ? { [K in N]: T }
    : P extends TextPart<infer K>
      ? { [key in K]: string }
      : P extends CountedTextPart<infer K>
        ? { [key in K]: string } & { terminator?: number }
        : P extends BytesPart<infer K>
          ? { [key in K]: Uint8Array }
          : P extends ArrayPart<Struct<infer N, infer T, never>>
            ? { [K in N]: T[] }
            : P extends NodeIdsPart<infer K>
              ? { [key in K]: NodeId[] }
              : P extends IgnoredPart
                ? { body?: Uint8Array }
                : never

type EncodablePart<P> =
  P extends StructPart<Struct<infer N, object, infer I>>
    ? { readonly [K in N]: I }
    : P extends TextPart<infer K>
      ? { readonly [key in K]: string }
      : P extends CountedTextPart<infer K>
        ? { readonly [key in K]: string } & { readonly terminator?: number }
        : P extends BytesPart<infer K>
          ? { readonly [key in K]: Uint8Array }
          : P extends ArrayPart<Struct<infer N, object, infer I>>
            ? { readonly [K in N]: readonly I[] }
            : P extends NodeIdsPart<infer K>
              ? { readonly [key in K]: readonly NodeId[] }
              : P extends IgnoredPart
                ? { readonly body?: Uint8Array }
                : never

/** What decoding the parts `P` gives: one property a part. */
export type DecodedParts<P extends readonly Part[]> = P extends readonly []
  ? unknown
  : Flat<Intersection<{ [I in keyof P]: DecodedPart<P[I]> }[number]>>

/** What encoding the parts `P` takes. */
export type EncodableParts<P extends readonly Part[]> = P extends readonly []
  ? unknown
  : Flat<Intersection<{ [I in keyof P]: EncodablePart<P[I]> }[number]>>
