/** Options of `invalInode`. */
export interface InvalInodeOptions {
  /** First byte of the content that is stale. @default 0 */
  readonly offset?: number
  /** How many bytes; `Infinity` is the end of the file. Whole pages of 4096 bytes are dropped. @default Infinity */
  readonly length?: number
  /** Attributes alone are stale, and content stays. Not with `offset` and `length`. @default false */
  readonly attributesOnly?: boolean
}

/** Options of `invalEntry`. */
export interface InvalEntryOptions {
  /**
   * The name is looked up again at its next use, but what is known of the object, its pages, and what is mounted there stay
   * if it turns out to be the same (since 7.38). It can be lost to a LOOKUP of that very name whose answer the peer is just
   * reading: use it for what is only likely to have changed. @default false
   */
  readonly expireOnly?: boolean
}

/** Options of `retrieve`. */
export interface RetrieveOptions {
  /** Where the bytes go, at least `length` of them; the result is a part of it. @default new memory */
  readonly into?: Uint8Array
  /** How long to wait for the peer's answer, in ms; `Infinity` for ever. @default 10000 */
  readonly timeoutMs?: number
}

/** How a notifier is set up. */
export interface NotifierOptions {
  /**
   * How many notifications about one node, or about names in one directory, may stand in line before something coarser is
   * sent for all of them. @default 1024
   */
  readonly maxQueuedPerKey?: number
  /** How many may stand in line in all. @default 16384 */
  readonly maxQueued?: number
  /** Memory for what is retrieved; it need not be zeroed. @default `new Uint8Array` */
  readonly allocate?: (bytes: number) => Uint8Array
}
