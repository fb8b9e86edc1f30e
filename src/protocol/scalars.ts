/*
 * The kinds of scalar that a field of the wire can hold, read and written one at a time. This is the plain reader of the
 * tables: tests hold the compiled one against it, and it serves where code generation is forbidden.
 *
 * Everything is little-endian: the protocol uses the byte order of the kernel's machine, and every machine that this
 * library runs on (x86-64, arm64, riscv64) is little-endian.
 */

/**
 * What stands before a colon is the type in the kernel's header; what follows tells how its value appears here.
 *
 * - `u64`, `i64`: a `number`, refused when it is not a safe integer (ids, handles, offsets, sizes);
 * - `u64:signed`: seconds since 1970, and the offset of LSEEK, which the header calls `__u64` and the kernel treats as
 *   signed; a `number`;
 * - `u64:any`: a `number` while it is a safe integer, else a `bigint`. Every value has one form only, so that `===` and
 *   a `Map` work on it. For what is opaque (lock owners, directory cookies of foreign servers) or may use all 64 bits.
 *   `i64:any` likewise.
 */
export type Scalar = 'u16' | 'u32' | 'i32' | 'u64' | 'i64' | 'u64:signed' | 'u64:any' | 'i64:any'

/** The type of a field in the kernel's header. */
export type WireType = 'u16' | 'u32' | 'i32' | 'u64' | 'i64'

export const TWO_32 = 0x1_0000_0000
/** The upper half of the largest safe integer. */
export const MAX_SAFE_HIGH = 0x1f_ffff

const WIRE_SIZE: Record<WireType, number> = { u16: 2, u32: 4, i32: 4, u64: 8, i64: 8 }

export function wireType(scalar: Scalar): WireType {
  if (scalar === 'u64:signed' || scalar === 'u64:any') return 'u64'
  return scalar === 'i64:any' ? 'i64' : scalar
}

/** The kind of scalar of the same type that shows every value. */
export function exactScalar(scalar: Scalar): Scalar {
  const type = wireType(scalar)
  return type === 'u64' ? 'u64:any' : type === 'i64' ? 'i64:any' : scalar
}

export function scalarSize(scalar: Scalar): number {
  return WIRE_SIZE[wireType(scalar)]
}

/** The value at `offset`, or undefined if it is out of the range that `scalar` may show. */
export function readScalar(scalar: Scalar, view: DataView, offset: number): number | bigint | undefined {
  switch (scalar) {
    case 'u16':
      return view.getUint16(offset, true)
    case 'u32':
      return view.getUint32(offset, true)
    case 'i32':
      return view.getInt32(offset, true)
    case 'u64':
      return safe(view.getBigUint64(offset, true))
    case 'i64':
    case 'u64:signed':
      return safe(view.getBigInt64(offset, true))
    case 'u64:any':
      return readAny(view, offset)
    case 'i64:any':
      return readSignedAny(view, offset)
  }
}

/** Writes `value` at `offset`; false if the field cannot hold it, and then nothing is written. */
export function writeScalar(scalar: Scalar, view: DataView, offset: number, value: unknown): boolean {
  if (scalar === 'u64:any') return writeAny(view, offset, value)
  if (scalar === 'i64:any') return writeSignedAny(view, offset, value)
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false
  switch (scalar) {
    case 'u16':
      if (value < 0 || value > 0xffff) return false
      view.setUint16(offset, value, true)
      return true
    case 'u32':
      if (value < 0 || value >= TWO_32) return false
      view.setUint32(offset, value, true)
      return true
    case 'i32':
      if (value !== (value | 0)) return false
      view.setInt32(offset, value, true)
      return true
    case 'u64':
      if (value < 0) return false
      view.setBigUint64(offset, BigInt(value), true)
      return true
    case 'i64':
    case 'u64:signed':
      view.setBigInt64(offset, BigInt(value), true)
      return true
  }
}

/** `u64:any` at `offset`. */
export function readAny(view: DataView, offset: number): number | bigint {
  const high = view.getUint32(offset + 4, true)
  return high <= MAX_SAFE_HIGH ? high * TWO_32 + view.getUint32(offset, true) : view.getBigUint64(offset, true)
}

/** Writes a `u64:any`; false if `value` is neither a safe integer from 0 nor a bigint of 64 bits. */
export function writeAny(view: DataView, offset: number, value: unknown): boolean {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0) return false
    view.setUint32(offset, value >>> 0, true)
    view.setUint32(offset + 4, value / TWO_32, true)
    return true
  }
  if (!isU64(value)) return false
  view.setBigUint64(offset, value, true)
  return true
}

/** `i64:any` at `offset`. */
export function readSignedAny(view: DataView, offset: number): number | bigint {
  const value = view.getBigInt64(offset, true)
  return safe(value) ?? value
}

/** Writes an `i64:any`; false if `value` is neither a safe integer nor a bigint of 64 bits. */
export function writeSignedAny(view: DataView, offset: number, value: unknown): boolean {
  if (!isI64(value)) return false
  view.setBigInt64(offset, BigInt(value), true)
  return true
}

/** A bigint of 64 bits. */
export function isU64(value: unknown): value is bigint {
  return typeof value === 'bigint' && BigInt.asUintN(64, value) === value
}

/** A safe integer, or a bigint of 64 bits with its sign. */
export function isI64(value: unknown): value is number | bigint {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value)
}

function safe(value: bigint): number | undefined {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}
