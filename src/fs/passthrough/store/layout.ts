import { growableBuffer, type GrowableBuffer } from './shared-words.js'

/*
 * How the store lies in shared memory. A node is a record of 32-bit words: 56 bytes, and with its places in the two
 * indexes and its name about 90. No object of JavaScript belongs to a node.
 */

/** The words of a node. Node `n` starts at word `n * NODE.WORDS`; node 0 is none, node 1 the root. */
export const NODE = {
  /** What identifies the file on the host: inode number in two halves, device, and a digest of its time of birth. */
  INO_LOW: 0,
  INO_HIGH: 1,
  DEV: 2,
  BIRTH: 3,
  /** Where it was seen last: the node of the directory, and the name (a block of the arena); 0 for nowhere. */
  PARENT: 4,
  NAME: 5,
  /** The lookups that the kernel has not taken back, in two halves. */
  LOOKUPS_LOW: 6,
  LOOKUPS_HIGH: 7,
  /** Counts the uses of this record, so that (node, generation) never comes again. */
  GENERATION: 8,
  /** The next node in the same chain of either index; of a free record, the next free one. */
  NEXT_BY_KEY: 9,
  NEXT_BY_PLACE: 10,
  /** The first descriptor that is open for it, plus 1. */
  HANDLE: 11,
  /** How many nodes have it as their parent: it stays as long as there is one. */
  CHILDREN: 12,
  /** Bits of {@link STATE}. */
  STATE: 13,
  WORDS: 14,
} as const

export const STATE = { LIVE: 1, KEYED: 2 } as const

/** The words of a descriptor; that of `fd` starts at word `fd * HANDLE.WORDS`. */
export const HANDLE = {
  /** The node it is open for; 0 if it is not in the table. */
  NODE: 0,
  /** Neighbours in the list of the node, plus 1. */
  NEXT: 1,
  PREVIOUS: 2,
  /** Bits of {@link HANDLE_STATE}, and how many borrow it, times {@link BORROW}. */
  STATE: 3,
  WORDS: 4,
} as const

/**
 * A pin is kept by the server itself, for a file without a name. A descriptor that is given up while it is borrowed is
 * closed by the last borrower.
 */
export const HANDLE_STATE = { PIN: 1, CLOSING: 2 } as const
export const BORROW = 4

/** The words of the head. */
export const HEAD = {
  LOCK: 0,
  /** Moves when a buffer grows. */
  GROWN: 1,
  NODES_USED: 2,
  NODES_FREE: 3,
  NODES_LIVE: 4,
  KEY_BUCKETS: 5,
  KEY_COUNT: 6,
  PLACE_BUCKETS: 7,
  PLACE_COUNT: 8,
  /** In units of 8 bytes. */
  NAMES_USED: 9,
  NAMES_LIVE: 10,
  HANDLES_LIVE: 11,
  /** One list of free blocks for each size of name. */
  FREE_NAMES: 12,
  WORDS: 12 + 130,
} as const

/** The memory of a store, which may be posted to worker threads. */
export interface StoreMemory {
  readonly head: SharedArrayBuffer
  readonly nodes: GrowableBuffer
  readonly keyBuckets: GrowableBuffer
  readonly placeBuckets: GrowableBuffer
  readonly names: GrowableBuffer
  readonly handles: GrowableBuffer
  readonly maxNodes: number
}

const START_BYTES = 64 * 1024
/** The longest name of a node takes 264 bytes; far fewer on average, and what is not used is not there. */
const MAX_NAME_BYTES = 64
/** The kernel's own limit for the number of a descriptor (fs.nr_open) is 2^20 unless somebody raised it. */
const MAX_HANDLES = 1 << 22

/** The most bytes that each buffer may have. */
export function limits(maxNodes: number) {
  return {
    nodes: (maxNodes + 2) * NODE.WORDS * 4,
    buckets: Math.max(START_BYTES, (maxNodes + 2) * 4),
    names: Math.max(START_BYTES, maxNodes * MAX_NAME_BYTES),
    handles: MAX_HANDLES * HANDLE.WORDS * 4,
  }
}

/** Memory for a store of at most `maxNodes` nodes. Takes addresses for all of them, and memory for those there are. */
export function storeMemory(maxNodes: number): StoreMemory {
  const most = limits(maxNodes)
  return {
    head: new SharedArrayBuffer(HEAD.WORDS * 4),
    nodes: growableBuffer(Math.min(START_BYTES, most.nodes), most.nodes),
    keyBuckets: growableBuffer(START_BYTES, most.buckets),
    placeBuckets: growableBuffer(START_BYTES, most.buckets),
    names: growableBuffer(START_BYTES, most.names),
    handles: growableBuffer(START_BYTES, most.handles),
    maxNodes,
  }
}
