/** One kind of notification, in the words of native/notifier.c. */
export interface Row {
  readonly name: string
  readonly kind: string
  /** How many in one round. */
  readonly count: number
  /** What the kernel has of the files before each round: nothing but names and attributes, or also the content. */
  readonly warm: 'names' | 'content' | 'big'
  /** The least share of the rival's rate. */
  readonly least: number
}

export const FILES = 4096

export const ROWS: readonly Row[] = [
  { name: 'INVAL_INODE, attributes', kind: 'attributes', count: FILES, warm: 'names', least: 0.7 },
  { name: 'INVAL_INODE, a cached page', kind: 'range', count: FILES, warm: 'content', least: 0.7 },
  { name: 'INVAL_ENTRY, a cached name', kind: 'entry', count: FILES, warm: 'names', least: 0.7 },
  { name: 'STORE 4 KiB', kind: 'store-4k', count: FILES, warm: 'names', least: 0.7 },
  { name: 'STORE 1 MiB', kind: 'store-1m', count: 256, warm: 'big', least: 1 },
  { name: 'RETRIEVE 128 KiB', kind: 'retrieve', count: 1024, warm: 'big', least: 1 },
]
