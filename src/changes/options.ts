import type { NodeId } from '../base/ids.js'

/**
 * What changed: a path from the root of the filesystem (`'a/b'` or `'/a/b'`; `''` is the root), the number of a node, or an
 * object of the filesystem's own, whose node its method `nodeOf` tells. A path is that of the source after the change, not of
 * the mount point; it means whatever the kernel may have by that name.
 */
export type ChangeTarget = string | NodeId | object

/** A name: by its path, or by its directory and the name in it. */
export type ChangePlace = string | readonly [parent: ChangeTarget, name: string]

/** What of an object changed. With none of it: everything. */
export interface Modification {
  /** The first byte that changed. @default 0 */
  readonly offset?: number
  /** How many bytes changed, `Infinity` for all behind `offset`. @default as many as `data`, else Infinity */
  readonly length?: number
  /**
   * The new bytes at `offset`. They are put into the page cache if the file is open, or was read within the last 10 seconds,
   * and are at most 4 MiB; else what is cached of this range is dropped. Must not change until the promise has settled.
   */
  readonly data?: Uint8Array
  /**
   * The new size, in bytes: say it where a range or `data` says what changed, and the file may have become shorter. On its own it
   * says nothing, and all content is taken as changed.
   */
  readonly size?: number
  /** The content is as it was; mode, owner, times, links or extended attributes changed. Goes alone. @default false */
  readonly attributesOnly?: boolean
}

/** Options of {@link Changes.everything}. */
export interface EverythingOptions {
  /** What is cached of the content of files is right, and stays; names and attributes are asked for again. @default false */
  readonly keepData?: boolean
}
