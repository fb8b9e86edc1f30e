import type { FileHandle, Generation, NodeId, Unique } from '../base/ids.js'
import type { StructLayout } from './layout.js'
import type { Scalar } from './scalars.js'

/**
 * One row of a struct table: what the field holds, and since which minor of protocol 7 it is there. `T` is the type of
 * its value; `Padding` is true for what the header calls padding, dummy, spare, unused or reserved: it is read like any
 * other field, and written as 0 unless given.
 */
export class Field<T, Padding extends boolean = false> {
  declare readonly value: T
  declare readonly isPadding: Padding

  readonly type: Scalar | 'bytes' | StructLayout
  /** Length of an array (of `bytes`: their number), or undefined for a single value. */
  readonly count: number | undefined
  readonly padding: boolean
  /** Minor of protocol 7 in which the field appeared; 0 if it was there before the changelog starts or with its struct. */
  readonly minor: number

  constructor(type: Scalar | 'bytes' | StructLayout, count?: number, padding = false, minor = 0) {
    this.type = type
    this.count = count
    this.padding = padding
    this.minor = minor
  }

  /** An array of `count` of these. */
  array(count: number): Field<T[], Padding> {
    return new Field(this.type, count, this.padding, this.minor)
  }

  /** Written as 0 unless given. */
  asPadding(): Field<T, true> {
    return new Field(this.type, this.count, true, this.minor)
  }

  since(minor: number): Field<T, Padding> {
    return new Field(this.type, this.count, this.padding, minor)
  }
}

export const u16 = new Field<number>('u16')
export const u32 = new Field<number>('u32')
export const i32 = new Field<number>('i32')
/** Refused when it is not a safe integer, as the others that are numbers. */
export const u64 = new Field<number>('u64')
export const i64 = new Field<number>('i64')
/** Seconds since 1970, negative before. */
export const seconds = new Field<number>('u64:signed')
/** Where lseek(2) is to start: the kernel passes on what it is given, negative or not. */
export const seekOffset = new Field<number>('u64:signed')
/** All 64 bits matter: a number while it is a safe integer, else a bigint. */
export const any64 = new Field<number | bigint>('u64:any')

export const nodeId = new Field<NodeId>('u64')
export const fileHandle = new Field<FileHandle>('u64')
export const generation = new Field<Generation>('u64:any')
export const unique = new Field<Unique>('u64:any')

/** `count` bytes as they are; decoded as a view of the message, not a copy. */
export function bytes(count: number): Field<Uint8Array> {
  return new Field('bytes', count)
}
