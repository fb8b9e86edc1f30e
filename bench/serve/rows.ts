/** One kind of load, in the words of native/load.c. */
export interface Row {
  readonly name: string
  readonly kind: string
  /** Bytes of one read or write. */
  readonly block?: number
  /** Nothing but attributes and names is moved. */
  readonly metadata: boolean
}

const KIB = 1024
const MIB = 1024 * KIB

export const ROWS: readonly Row[] = [
  { name: 'statx of a descriptor', kind: 'statx', metadata: true },
  { name: 'stat by path', kind: 'stat', metadata: true },
  { name: 'read 4 KiB', kind: 'read', block: 4 * KIB, metadata: false },
  { name: 'read 128 KiB', kind: 'read', block: 128 * KIB, metadata: false },
  { name: 'read 1 MiB', kind: 'read', block: MIB, metadata: false },
  { name: 'read 128 KiB, cached', kind: 'cached-read', block: 128 * KIB, metadata: false },
  { name: 'write 4 KiB', kind: 'write', block: 4 * KIB, metadata: false },
  { name: 'write 128 KiB', kind: 'write', block: 128 * KIB, metadata: false },
  { name: 'write 1 MiB', kind: 'write', block: MIB, metadata: false },
  { name: 'write 128 KiB, cached', kind: 'cached-write', block: 128 * KIB, metadata: false },
  { name: 'create and unlink', kind: 'create', metadata: true },
  { name: 'list 10,000 names', kind: 'list', metadata: true },
]

/** How many client threads each row is run with. */
export const CLIENTS = [1, 2] as const
