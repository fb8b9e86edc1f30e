import { ProtocolError } from '../base/errors.js'

/** The error of a struct that does not fit between `offset` and `end`. */
export function truncated(name: string, offset: number, end: number, size: number): ProtocolError {
  return new ProtocolError(name, 'size', offset, `needs ${size} bytes, ${Math.max(0, end - offset)} are there`)
}

/** The error of a number that its field cannot hold, or that this library does not show. */
export function outOfRange(name: string, field: string, offset: number, value: unknown, type: string): ProtocolError {
  return new ProtocolError(name, field, offset, `${String(value)} is not a ${type} in range`)
}
