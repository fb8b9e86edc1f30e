import { FALLOC, O, SEEK } from '../../../helpers/posix/constants.js'
import type { Client } from '../client/client.js'
import type { Ruled, Scripted } from '../scripted.js'
import type { Rule, ServerSettings } from '../server/messages.js'
import type { Column, Nodes } from './columns.js'

/* The rows of kernel-client.md §6.10: which request is held, how it comes about, and what waits for it. */

export interface Case {
  readonly server: Scripted
  readonly client: Client
  readonly nodes: Nodes
  /** Where `path` below the case's directory `p` is in the mount. */
  readonly at: (path: string) => string
  /** Holds the request that the row is about. */
  readonly hold: (options?: Partial<Rule>) => Promise<Ruled>
}

export interface Row {
  /** The method that is held. */
  readonly op: string
  readonly settings?: keyof typeof SETTINGS
  /** Makes the client ask; the promise is what it waits for. Resolves once the request is on its way. */
  readonly start: (c: Case) => Promise<{ readonly hold: Ruled; readonly done: Promise<unknown> }>
  readonly waits: readonly Column[]
}

/** Without read-ahead, so that a READ is of one page. */
const init = { maxReadahead: 0 }
export const SETTINGS = {
  plain: { init: { ...init, posixLocks: true, cacheSymlinks: true } },
  uncachedSymlinks: { init: { ...init, cacheSymlinks: false } },
  plus: { init, plus: true },
  writeback: { init: { ...init, writebackCache: true, atomicTruncate: true } },
  permissions: { init, defaultPermissions: true },
} as const satisfies Record<string, Omit<ServerSettings, 'via'>>

/** What holds the lock of D: whoever looks up, lists or changes names in it, or changes D itself. */
const LOCK_OF_D: readonly Column[] = ['INVAL_ENTRY D', 'EXPIRE D', 'DELETE D f', 'DELETE P d']
const LOCK_OF_F: readonly Column[] = ['DELETE D f']
const PAGE_OF_F: readonly Column[] = ['INVAL_INODE F', 'STORE F']

type Do = (c: Case) => Promise<unknown>

/** Holds the next request of the row's kind that `ask` causes. @param before done first, with nothing held */
function asks(ask: Do, before: Do = async () => undefined, options: Partial<Rule> = {}): Row['start'] {
  return async (c) => {
    await c.client.call('stat', c.at('d/f'))
    await before(c)
    const hold = await c.hold(options)
    return { hold, done: ask(c) }
  }
}

/** With a descriptor of `d/f`, or of `path`. */
function withFd(
  flags: number,
  ask: (c: Case, fd: number) => Promise<unknown>,
  before?: Do,
  path = 'd/f',
): Row['start'] {
  return async (c) => {
    await c.client.call('stat', c.at('d/f'))
    const fd = await c.client.call('open', c.at(path), flags)
    await before?.(c)
    const hold = await c.hold()
    return { hold, done: ask(c, fd).finally(() => void c.client.call('close', fd)) }
  }
}

const DIRECT: Do = async ({ server, client, at, nodes }) => {
  await server.tree('directIo', at('d/f').slice(server.path.length))
  await server.notify('invalInode', nodes.f).settled
  await client.call('stat', at('d/f'))
}
const read: Do = ({ client, at }) => client.call('readFile', at('d/f'))
const write = ({ client }: Case, fd: number) => client.call('pwrite', fd, 'bytes', 5)

export const ROWS: Readonly<Record<string, Row>> = {
  'READ F cached': { op: 'read', start: asks(read), waits: PAGE_OF_F },
  'READ F direct': { op: 'read', start: asks(read, DIRECT), waits: [] },
  'READ F for a partial write': {
    op: 'read',
    settings: 'writeback',
    start: withFd(O.WRONLY, write),
    waits: [...PAGE_OF_F, ...LOCK_OF_F],
  },
  'WRITE F, page valid': { op: 'write', start: withFd(O.RDWR, write, read), waits: LOCK_OF_F },
  'WRITE F, partial on an invalid page': {
    op: 'write',
    start: withFd(O.RDWR, write),
    waits: [...PAGE_OF_F, ...LOCK_OF_F],
  },
  'WRITE F direct': {
    op: 'write',
    start: async (c) => {
      await DIRECT(c)
      return withFd(O.RDWR, write)(c)
    },
    waits: LOCK_OF_F,
  },
  'WRITE F by writeback, nobody waits': {
    op: 'write',
    settings: 'writeback',
    start: withFd(O.RDWR, async (c, fd) => {
      await write(c, fd)
      await c.client.call('startWriteback', fd)
    }),
    waits: ['INVAL_INODE F'],
  },
  'WRITE F by writeback, fsync waits': {
    op: 'write',
    settings: 'writeback',
    start: withFd(O.RDWR, async (c, fd) => {
      await write(c, fd)
      await c.client.call('fsync', fd)
    }),
    waits: ['INVAL_INODE F', ...LOCK_OF_F],
  },
  'LOOKUP of a new name in D': {
    op: 'lookup',
    start: asks(({ client, at }) => client.call('exists', at('d/new')), undefined, { name: 'new' }),
    waits: LOCK_OF_D,
  },
  'LOOKUP that revalidates f': {
    op: 'lookup',
    start: asks(
      ({ client, at }) => client.call('exists', at('d/f')),
      ({ server, nodes }) => server.notify('invalEntry', nodes.d, 'f', { expireOnly: true }).settled,
      { name: 'f' },
    ),
    waits: [],
  },
  'LOOKUP by open(O_CREAT) in D': {
    op: 'lookup',
    start: asks(({ client, at }) => client.call('open', at('d/new'), O.CREAT | O.RDWR), undefined, { name: 'new' }),
    waits: LOCK_OF_D,
  },
  'LOOKUP in a directory in D': {
    op: 'lookup',
    start: asks(({ client, at }) => client.call('exists', at('d/e/new')), undefined, { name: 'new' }),
    waits: [],
  },
  'CREATE in D': {
    op: 'create',
    start: asks(({ client, at }) => client.call('open', at('d/new'), O.CREAT | O.RDWR)),
    waits: LOCK_OF_D,
  },
  'MKNOD in D': {
    op: 'mknod',
    start: asks(({ client, at }) => client.call('mknod', at('d/new'), 0o100644)),
    waits: LOCK_OF_D,
  },
  'MKDIR in D': { op: 'mkdir', start: asks(({ client, at }) => client.call('mkdir', at('d/new'))), waits: LOCK_OF_D },
  'SYMLINK in D': {
    op: 'symlink',
    start: asks(({ client, at }) => client.call('symlink', 'target', at('d/new'))),
    waits: LOCK_OF_D,
  },
  'UNLINK in D': { op: 'unlink', start: asks(({ client, at }) => client.call('unlink', at('d/g'))), waits: LOCK_OF_D },
  'RMDIR in D': { op: 'rmdir', start: asks(({ client, at }) => client.call('rmdir', at('d/e'))), waits: LOCK_OF_D },
  'RENAME within D': {
    op: 'rename',
    start: asks(({ client, at }) => client.call('rename', at('d/g'), at('d/h'))),
    waits: LOCK_OF_D,
  },
  'RENAME from D to X': {
    op: 'rename',
    start: asks(({ client, at }) => client.call('rename', at('d/g'), at('x/g'))),
    waits: [...LOCK_OF_D, 'INVAL_ENTRY X'],
  },
  'LINK of F into X': {
    op: 'link',
    start: asks(({ client, at }) => client.call('link', at('d/f'), at('x/z'))),
    waits: [...LOCK_OF_F, 'INVAL_ENTRY X'],
  },
  'TMPFILE in D': {
    op: 'tmpfile',
    start: asks(({ client, at }) => client.call('open', at('d'), O.TMPFILE | O.RDWR)),
    waits: [],
  },
  'READDIR D': {
    op: 'readdir',
    start: asks(({ client, at }) => client.call('list', at('d'))),
    // The listing alone does not wait in the kernel: the notifier puts a barrier before it.
    waits: [...LOCK_OF_D, 'INVAL_INODE D'],
  },
  'READDIRPLUS D': {
    op: 'readdirplus',
    settings: 'plus',
    start: asks(({ client, at }) => client.call('list', at('d'))),
    waits: [...LOCK_OF_D, 'INVAL_INODE D'],
  },
  'SETATTR D': {
    op: 'setattr',
    start: asks(({ client, at }) => client.call('chmod', at('d'), 0o700)),
    waits: LOCK_OF_D,
  },
  'FSYNCDIR D': {
    op: 'fsyncdir',
    start: withFd(O.RDONLY | O.DIRECTORY, ({ client }, fd) => client.call('fsync', fd), undefined, 'd'),
    waits: LOCK_OF_D,
  },
  'SETXATTR D': {
    op: 'setxattr',
    start: asks(({ client, at }) => client.call('setxattr', at('d'), 'user.a', 'b')),
    waits: LOCK_OF_D,
  },
  'GETATTR D within mkdir': {
    op: 'getattr',
    settings: 'permissions',
    start: async (c) => {
      await c.client.call('stat', c.at('d/f'))
      const lookup = await c.server.hold('lookup', { name: 'new' })
      const done = c.client.call('mkdir', c.at('d/new'))
      await lookup.arrived()
      await c.server.notify('invalInode', c.nodes.d, { attributesOnly: true }).settled
      const hold = await c.hold({ node: c.nodes.d })
      await lookup.release()
      return { hold, done }
    },
    waits: LOCK_OF_D,
  },
  'SETATTR F': {
    op: 'setattr',
    start: asks(({ client, at }) => client.call('chmod', at('d/f'), 0o600)),
    waits: LOCK_OF_F,
  },
  'SETATTR F, size': {
    op: 'setattr',
    start: asks(({ client, at }) => client.call('truncate', at('d/f'), 10)),
    waits: LOCK_OF_F,
  },
  'SETXATTR F': {
    op: 'setxattr',
    start: asks(({ client, at }) => client.call('setxattr', at('d/f'), 'user.a', 'b')),
    waits: LOCK_OF_F,
  },
  'REMOVEXATTR F': {
    op: 'removexattr',
    start: asks(({ client, at }) => client.call('removexattr', at('d/f'), 'user.a')),
    waits: LOCK_OF_F,
  },
  'FSYNC F': { op: 'fsync', start: withFd(O.RDWR, ({ client }, fd) => client.call('fsync', fd)), waits: LOCK_OF_F },
  'FALLOCATE F': {
    op: 'fallocate',
    start: withFd(O.RDWR, ({ client }, fd) => client.call('fallocate', fd, FALLOC.KEEP_SIZE, 0, 10)),
    waits: LOCK_OF_F,
  },
  'LSEEK F for data': {
    op: 'lseek',
    start: withFd(O.RDONLY, ({ client }, fd) => client.call('lseek', fd, 0, SEEK.DATA)),
    waits: LOCK_OF_F,
  },
  'COPY_FILE_RANGE to F': {
    op: 'copyFileRange',
    start: withFd(O.RDWR, async ({ client, at }, fd) => {
      const from = await client.call('open', at('d/g'), O.RDONLY)
      await client.call('copyFileRange', from, 0, fd, 0, 100)
      await client.call('close', from)
    }),
    waits: LOCK_OF_F,
  },
  'GETATTR F by lseek to the end': {
    op: 'getattr',
    start: withFd(
      O.RDONLY,
      ({ client }, fd) => client.call('lseek', fd, 0, SEEK.END),
      ({ server, nodes }) => server.notify('invalInode', nodes.f, { attributesOnly: true }).settled,
    ),
    waits: LOCK_OF_F,
  },
  'GETXATTR F by write': {
    op: 'getxattr',
    start: withFd(O.RDWR, write, ({ client, at }) => client.call('stat', at('d/f'))),
    waits: LOCK_OF_F,
  },
  'OPEN F with O_TRUNC, atomic, writeback': {
    op: 'open',
    settings: 'writeback',
    start: asks(({ client, at }) => client.call('open', at('d/f'), O.RDWR | O.TRUNC)),
    waits: LOCK_OF_F,
  },
  'GETATTR F by stat': {
    op: 'getattr',
    start: asks(
      ({ client, at }) => client.call('stat', at('d/f')),
      ({ server, nodes }) => server.notify('invalInode', nodes.f, { attributesOnly: true }).settled,
    ),
    waits: [],
  },
  'GETATTR D by stat': {
    op: 'getattr',
    start: asks(
      ({ client, at }) => client.call('stat', at('d')),
      ({ server, nodes }) => server.notify('invalInode', nodes.d, { attributesOnly: true }).settled,
    ),
    waits: [],
  },
  'OPEN F': { op: 'open', start: asks(({ client, at }) => client.call('open', at('d/f'), O.RDONLY)), waits: [] },
  'OPENDIR D': {
    op: 'opendir',
    start: asks(({ client, at }) => client.call('open', at('d'), O.RDONLY | O.DIRECTORY)),
    waits: [],
  },
  'FLUSH F': {
    op: 'flush',
    start: async (c) => {
      await c.client.call('stat', c.at('d/f'))
      const fd = await c.client.call('open', c.at('d/f'), O.RDONLY)
      const hold = await c.hold()
      return { hold, done: c.client.call('close', fd) }
    },
    waits: [],
  },
  'RELEASE F': {
    op: 'release',
    start: async (c) => {
      await c.client.call('stat', c.at('d/f'))
      const fd = await c.client.call('open', c.at('d/f'), O.RDONLY)
      const hold = await c.hold({ node: c.nodes.f })
      return { hold, done: c.client.call('close', fd) }
    },
    waits: [],
  },
  'GETXATTR F': {
    op: 'getxattr',
    start: asks(({ client, at }) => client.call('getxattr', at('d/f'), 'user.a')),
    waits: [],
  },
  'LISTXATTR F': { op: 'listxattr', start: asks(({ client, at }) => client.call('listxattr', at('d/f'))), waits: [] },
  STATFS: { op: 'statfs', start: asks(({ client, at }) => client.call('statfs', at('d/f'))), waits: [] },
  'POLL F': {
    op: 'poll',
    start: withFd(O.RDONLY, ({ client }, fd) => client.call('waitReadable', fd, 0)),
    waits: [],
  },
  'SETLKW F': { op: 'setlk', start: withFd(O.RDWR, ({ client }, fd) => client.call('lockWhole', fd)), waits: [] },
  'READLINK L cached': {
    op: 'readlink',
    start: asks(({ client, at }) => client.call('readlink', at('d/l'))),
    waits: ['INVAL_INODE L'],
  },
  'READLINK L uncached': {
    op: 'readlink',
    settings: 'uncachedSymlinks',
    start: asks(({ client, at }) => client.call('readlink', at('d/l'))),
    waits: [],
  },
}
