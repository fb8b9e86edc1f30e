import { decodeName } from '../base/name.js'

/** A path as bytes, without NUL at the end, for callers that would make a string only for it to be encoded again. */
export interface PathBytes {
  readonly bytes: Uint8Array
  /** How many of them are the path. */
  readonly length: number
}

/** A path, or a name to be seen from a directory. As a string it has the encoding of src/base/name.ts. */
export type Path = string | PathBytes

/** The string for `path`. */
export function pathText(path: Path): string {
  return typeof path === 'string' ? path : decodeName(path.bytes, 0, path.length)
}
