/** Something happened in the filesystem, through the mount or at its source. */
export interface WatchEvent {
  /**
   * - `create`: the name is there now.
   * - `modify`: content changed, and attributes with it.
   * - `attrib`: attributes changed: mode, owner, times, links, extended attributes.
   * - `rename`: what was at {@link from} is at {@link path} now.
   * - `delete`: the name is gone, with all below it.
   * - `overflow`: events are missing here, since nobody took them in time or nobody knows what changed: look yourself.
   */
  readonly is: 'create' | 'modify' | 'attrib' | 'rename' | 'delete' | 'overflow'
  /** From the root of the filesystem, names parted by '/'; for `overflow` the path that is watched. */
  readonly path: string
  /** Of `rename`: the path before. Undefined else. */
  readonly from: string | undefined
  /** Whether a program did it through the mount, or the source told of it. What both did may be told twice. */
  readonly by: 'mount' | 'source'
}

/** Options of `watch`. */
export interface WatchOptions {
  /** Everything below, however deep; else the object itself, and if it is a directory what is right in it. @default false */
  readonly recursive?: boolean
  /** How many events wait for their reader before further ones are lost, and an `overflow` takes their place. @default 4096 */
  readonly maxEvents?: number
}
