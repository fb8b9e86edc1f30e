import type { Scalar } from './scalars.js'

/** One field with its place: what the fact sheet of the protocol says of it, derived from the table. */
export interface FieldLayout {
  readonly name: string
  /** In bytes from the start of the struct. */
  readonly offset: number
  readonly size: number
  /** As in the header: `u16` … `i64`, `bytes`, or the name of a struct. */
  readonly wireType: string
  readonly type: Scalar | 'bytes' | StructLayout
  readonly count: number | undefined
  readonly padding: boolean
  readonly since: number
}

/** A struct and where its fields are. */
export interface StructLayout {
  readonly name: string
  readonly fields: readonly FieldLayout[]
  /** In bytes. */
  readonly size: number
}

/** Reads and writes one struct in place. Neither touches a byte outside of it. */
export interface StructCodec<T, I> {
  /**
   * The struct at `offset` of `view`, which must end at or before `end`.
   * @throws ProtocolError if it does not, or if a number is out of range
   */
  readonly decode: (view: DataView, offset: number, end: number) => T
  /**
   * Writes `value` at `offset` of `view`.
   * @throws ProtocolError if there is no room, or if a number does not fit its field; fields before it may be written
   */
  readonly encode: (view: DataView, offset: number, value: I) => void
}

/** How to read and write a struct other than in full and as numbers. */
export interface Variant {
  /** Only the first `size` bytes are on the wire (the struct of an older minor); fields after them read as 0. */
  readonly size?: number
  /** Every 64-bit field as `u64:any`, so that any bytes can be shown and written back: for traces and tests. */
  readonly exact?: boolean
}
