/*
 * The numbers that name things on the wire. They are brands of `number`: a node id cannot be passed where a file handle
 * is due, at no cost at run time. On the wire each has 64 bits; this library gives out and takes only safe integers
 * (up to 2^53 - 1), and a message that holds a larger one is refused by name, never rounded.
 */

declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/**
 * Names an object of the filesystem (an inode) for as long as the kernel knows it: from the reply that first carries it
 * (LOOKUP, CREATE and their kin, READDIRPLUS) until FORGET has taken back every such reply. Never 0.
 */
export type NodeId = Brand<number, 'NodeId'>

/** Names one open file or directory, from the reply to OPEN, OPENDIR or CREATE until RELEASE or RELEASEDIR. */
export type FileHandle = Brand<number, 'FileHandle'>

/** Tells two objects apart that had the same node id at different times; (node id, generation) is never used again. */
export type Generation = Brand<number, 'Generation'> | Brand<bigint, 'Generation'>

/**
 * Names a request until it is answered. A number while it is a safe integer, which is every request the kernel sends
 * the first time; a bigint when bit 63 marks a request that was sent again after RESEND.
 */
export type Unique = Brand<number, 'Unique'> | Brand<bigint, 'Unique'>

/** The root of every mount. It is known to the kernel from the start and never forgotten. */
export const ROOT_ID = 1 as NodeId
