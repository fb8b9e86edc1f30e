import type { NodeId } from '#src/base/ids.js'
import type { Notifier } from '#src/notify/notifier.js'
import type { NotifyMethod } from '../server/messages.js'

/*
 * The columns of kernel-client.md §6.10. Every case has its own objects: the directory `p` in the root, the directories `d`,
 * `d/e`, `x` in it, the files `d/f` and `d/g` of several pages, and the symlink `d/l`.
 */

export interface Nodes {
  readonly p: NodeId
  readonly d: NodeId
  readonly e: NodeId
  readonly x: NodeId
  readonly f: NodeId
  readonly g: NodeId
  readonly l: NodeId
  /** A file and its directory that have nothing to do with the case. */
  readonly u: NodeId
  readonly uFile: NodeId
}

export const PAGE = 4096

type Notification = { [M in NotifyMethod]: readonly [M, ...Parameters<Notifier[M]>] }[NotifyMethod]

/** Notifications that may wait for something. */
export const COLUMNS = {
  'INVAL_INODE F': ({ f }) => ['invalInode', f, { offset: 0, length: 10 }],
  'INVAL_INODE F, other pages': ({ f }) => ['invalInode', f, { offset: 5 * PAGE, length: 10 }],
  'STORE F': ({ f }) => ['store', f, 0, Buffer.from('stored')],
  'INVAL_ENTRY D': ({ d }) => ['invalEntry', d, 'any name'],
  'EXPIRE D': ({ d }) => ['invalEntry', d, 'f', { expireOnly: true }],
  'DELETE D f': ({ d, f }) => ['delete', d, f, 'f'],
  'INVAL_ENTRY P': ({ p }) => ['invalEntry', p, 'd'],
  'DELETE P d': ({ p, d }) => ['delete', p, d, 'd'],
  'INVAL_ENTRY X': ({ x }) => ['invalEntry', x, 'any name'],
  'INVAL_INODE D': ({ d }) => ['invalInode', d],
  'INVAL_INODE L': ({ l }) => ['invalInode', l],
} as const satisfies Record<string, (nodes: Nodes) => Notification>

export type Column = keyof typeof COLUMNS

/** Those that never wait, and those about objects that have nothing to do with it. */
export const NEVER: readonly ((nodes: Nodes) => Notification)[] = [
  () => ['poll', 1],
  () => ['resend'],
  () => ['incEpoch'],
  ({ f }) => ['invalInode', f, { attributesOnly: true }],
  ({ d }) => ['invalInode', d, { attributesOnly: true }],
  ({ f }) => ['retrieve', f, 0, 100],
  ({ f, d }) => ['prune', [f, d]],
  ({ uFile }) => ['invalInode', uFile],
  ({ uFile }) => ['store', uFile, 0, Buffer.from('x')],
  ({ u }) => ['invalEntry', u, 'any name'],
  ({ u, uFile }) => ['delete', u, uFile, 'no such name'],
]
