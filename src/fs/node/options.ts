/** Options of `fromNodeFs`. */
export interface NodeFsOptions {
  /** The directory of the fs that is the root of the mount. No name leads out of it. @default '/' */
  readonly root?: string
  /** Nothing can be changed: EROFS. @default false */
  readonly readOnly?: boolean
  /**
   * Which half of the API is called: `promises` (`fs.promises`, or the object itself), or `sync`, which answers without a
   * turn of the event loop and blocks it: right for what is in memory, wrong for disks and networks.
   * @default 'promises' if there are any
   */
  readonly api?: 'promises' | 'sync'
  /**
   * Whether paths may be Buffers, so that names may be any bytes. Without it a name that is not UTF-8 is EILSEQ.
   * @default true for `node:fs` itself, else false
   */
  readonly bytePaths?: boolean
  /** For how long the kernel may resolve a name without asking, in ms. @default 1000 */
  readonly entryTimeoutMs?: number
  /** The same for attributes. @default 1000 */
  readonly attrTimeoutMs?: number
  /** The same for names that do not exist. @default 0 */
  readonly negativeTimeoutMs?: number
  /** What is cached of a file stays when it is opened again, if its times have not changed. @default false */
  readonly keepCache?: boolean
}
