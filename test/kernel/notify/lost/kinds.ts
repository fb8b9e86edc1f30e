import assert from 'node:assert/strict'
import { FALLOC, O, RENAME } from '../../../helpers/posix/constants.js'
import type { Context } from '../lanes.js'
import type { Call } from '../scripted.js'
import type { Rule } from '../server/messages.js'

/* For each kind of reply: how it comes about, what changes between its computation and its delivery, and who is told. */

export interface Kind {
  readonly op: string
  readonly name?: string
  /** What is there before. @default the file `f` */
  readonly before?: (c: Context) => Promise<unknown>
  /** What the client does. */
  readonly ask: (c: Context) => Promise<unknown>
  /** Changes the source, and notifies of it. */
  readonly change: (c: Context) => Promise<readonly Call[]>
}

const OLD = 'old content'
const NEW = 'new content, which is longer'
const file = ({ server, dir }: Context) => server.file(`${dir}f`, OLD)

/** The content of a file is another one, and longer. */
export async function modify({ server, dir }: Context, path = 'f'): Promise<Call[]> {
  await server.tree('write', `${dir}${path}`, NEW)
  return [server.notify('invalInode', await server.node(`${dir}${path}`))]
}

async function remove({ server, dir, dirNode }: Context, name: string): Promise<Call[]> {
  await server.tree('remove', `${dir}${name}`)
  return [server.notify('invalEntry', dirNode, name), server.notify('invalInode', dirNode)]
}

async function add({ server, dir, dirNode }: Context, name: string, content = NEW): Promise<Call[]> {
  await server.file(`${dir}${name}`, content)
  return [server.notify('invalEntry', dirNode, name), server.notify('invalInode', dirNode)]
}

async function rename({ server, dir, dirNode }: Context, from: string, to: string): Promise<Call[]> {
  await server.tree('rename', `${dir}${from}`, `${dir}${to}`)
  return [
    server.notify('invalEntry', dirNode, from),
    server.notify('invalEntry', dirNode, to),
    server.notify('invalInode', dirNode),
  ]
}

async function replace(c: Context, name: string): Promise<Call[]> {
  return [...(await remove(c, name)), ...(await add(c, name))]
}

/** Cached attributes of `f` are stale, all else of it is cached. */
async function staleAttributes(c: Context): Promise<void> {
  const node = await file(c)
  await c.client.call('readFile', c.at('f'))
  await c.server.notify('invalInode', node, { attributesOnly: true }).settled
}

const stat = ({ client, at }: Context) => client.call('stat', at('f'))
const read = ({ client, at }: Context) => client.call('readFile', at('f'))
const list = ({ client, at }: Context) => client.call('list', at())

async function create({ client, at }: Context, name = 'new'): Promise<void> {
  await client.call('close', await client.call('open', at(name), O.CREAT | O.RDWR))
}

async function manyFiles({ server, dir }: Context): Promise<void> {
  for (let i = 0; i < 300; i += 1) await server.file(`${dir}with-a-rather-long-name-of-a-file-${i}`)
}

export const KINDS: Readonly<Record<string, Kind>> = {
  'LOOKUP, and the file changes': { op: 'lookup', name: 'f', ask: stat, change: modify },
  'LOOKUP, and the file is removed': { op: 'lookup', name: 'f', ask: stat, change: (c) => remove(c, 'f') },
  'LOOKUP, and the file is another': { op: 'lookup', name: 'f', ask: stat, change: (c) => replace(c, 'f') },
  'LOOKUP, and the file is renamed': { op: 'lookup', name: 'f', ask: stat, change: (c) => rename(c, 'f', 'g') },
  'LOOKUP of what is not there, and it appears': {
    op: 'lookup',
    name: 'new',
    ask: ({ client, at }) => client.call('exists', at('new')),
    change: (c) => add(c, 'new'),
  },
  'LOOKUP of what is not there, and all names are dropped': {
    op: 'lookup',
    name: 'new',
    ask: ({ client, at }) => client.call('exists', at('new')),
    change: async (c) => {
      await c.server.file(`${c.dir}new`, NEW)
      return [c.server.notify('incEpoch'), c.server.notify('invalInode', c.dirNode)]
    },
  },
  'LOOKUP that revalidates, and the file changes': {
    op: 'lookup',
    name: 'f',
    before: async (c) => {
      await file(c)
      await read(c)
      await c.server.notify('invalEntry', c.dirNode, 'f', { expireOnly: true }).settled
    },
    ask: stat,
    change: modify,
  },
  'LOOKUP that revalidates, and the file is another': {
    op: 'lookup',
    name: 'f',
    before: async (c) => {
      await file(c)
      await read(c)
      await c.server.notify('invalEntry', c.dirNode, 'f', { expireOnly: true }).settled
    },
    ask: stat,
    change: (c) => replace(c, 'f'),
  },
  'LOOKUP of another name of a known file, and the file changes': {
    op: 'lookup',
    name: 'g',
    before: async (c) => {
      await file(c)
      await read(c)
      await c.server.tree('linkAt', `${c.dir}f`, `${c.dir}g`)
      await c.server.notify('invalInode', await c.server.node(`${c.dir}f`)).settled
      await c.server.notify('invalInode', c.dirNode).settled
    },
    ask: ({ client, at }) => client.call('stat', at('g')),
    change: modify,
  },
  'GETATTR, and the file changes': { op: 'getattr', before: staleAttributes, ask: stat, change: modify },
  'GETATTR, and all is dropped': {
    op: 'getattr',
    before: staleAttributes,
    ask: stat,
    change: async (c) => {
      await c.server.tree('chmod', `${c.dir}f`, 0o600)
      return [c.server.notify('invalInode', await c.server.node(`${c.dir}f`), { attributesOnly: true })]
    },
  },
  'SETATTR, and the file changes': {
    op: 'setattr',
    before: async (c) => {
      await file(c)
      await read(c)
    },
    ask: ({ client, at }) => client.call('chmod', at('f'), 0o640),
    change: modify,
  },
  'SETATTR of the size, and the file changes': {
    op: 'setattr',
    before: async (c) => {
      await file(c)
      await read(c)
    },
    ask: ({ client, at }) => client.call('truncate', at('f'), 3),
    change: modify,
  },
  'CREATE, and the file changes': { op: 'create', ask: create, change: (c) => modify(c, 'new') },
  'CREATE, and the file is removed': { op: 'create', ask: create, change: (c) => remove(c, 'new') },
  'CREATE, and the file is renamed': { op: 'create', ask: create, change: (c) => rename(c, 'new', 'newer') },
  'CREATE of what is there already, under another name too': {
    op: 'create',
    before: async (c) => {
      await file(c)
      await read(c)
      assert.equal(await c.client.call('exists', c.at('new')), false)
      await c.server.tree('linkAt', `${c.dir}f`, `${c.dir}new`)
    },
    ask: create,
    change: async (c) => [...(await modify(c)), c.server.notify('invalInode', c.dirNode)],
  },
  'MKNOD, and the file changes': {
    op: 'mknod',
    ask: ({ client, at }) => client.call('mknod', at('new'), 0o100644),
    change: (c) => modify(c, 'new'),
  },
  'MKDIR, and a file appears in it': {
    op: 'mkdir',
    ask: ({ client, at }) => client.call('mkdir', at('new')),
    change: async ({ server, dir }) => {
      await server.file(`${dir}new/inner`, NEW)
      const node = await server.node(`${dir}new`)
      return [server.notify('invalEntry', node, 'inner'), server.notify('invalInode', node)]
    },
  },
  'SYMLINK, and the target changes': {
    op: 'symlink',
    ask: ({ client, at }) => client.call('symlink', OLD, at('new')),
    change: (c) => modify(c, 'new'),
  },
  'LINK, and the file changes': {
    op: 'link',
    ask: ({ client, at }) => client.call('link', at('f'), at('new')),
    change: modify,
  },
  'LINK, and the new name is removed': {
    op: 'link',
    ask: ({ client, at }) => client.call('link', at('f'), at('new')),
    change: async (c) => [
      ...(await remove(c, 'new')),
      c.server.notify('invalInode', await c.server.node(`${c.dir}f`), { attributesOnly: true }),
    ],
  },
  'RENAME, and the file is renamed again': {
    op: 'rename',
    before: async (c) => {
      await file(c)
      await read(c)
    },
    ask: ({ client, at }) => client.call('rename', at('f'), at('g')),
    change: (c) => rename(c, 'g', 'h'),
  },
  'RENAME of a name that became another file while its directory was locked': {
    op: 'lookup',
    name: 'h',
    before: async (c) => {
      await file(c)
      await c.server.file(`${c.dir}g`, NEW)
      for (const name of ['f', 'g']) await c.client.call('readFile', c.at(name))
    },
    ask: ({ client, at }) => client.call('rename', at('f'), at('h')),
    change: (c) => rename(c, 'g', 'f'),
  },
  'RENAME into another directory, likewise': {
    op: 'lookup',
    name: 'h',
    before: async (c) => {
      await file(c)
      await c.server.directory(`${c.dir}sub`)
      await c.server.file(`${c.dir}g`, NEW)
      for (const name of ['f', 'g']) await c.client.call('readFile', c.at(name))
    },
    ask: ({ client, at }) => client.call('rename', at('f'), at('sub/h')),
    change: (c) => rename(c, 'g', 'f'),
  },
  'RENAME that exchanges, likewise': {
    op: 'rename',
    before: async (c) => {
      await file(c)
      for (const name of ['g', 'other']) await c.server.file(`${c.dir}${name}`, NEW)
      for (const name of ['f', 'g', 'other']) await c.client.call('readFile', c.at(name))
    },
    ask: ({ client, at }) => client.call('renameat2', at('f'), at('g'), RENAME.EXCHANGE),
    change: (c) => rename(c, 'other', 'f'),
  },
  'UNLINK, and another file is made': {
    op: 'unlink',
    ask: ({ client, at }) => client.call('unlink', at('f')),
    change: (c) => add(c, 'f'),
  },
  'READ, and the file grows': { op: 'read', ask: read, change: modify },
  'READ, and the file shrinks': {
    op: 'read',
    ask: read,
    change: async (c) => {
      await c.server.tree('write', `${c.dir}f`, 'tiny')
      return [c.server.notify('invalInode', await c.server.node(`${c.dir}f`))]
    },
  },
  'READ, and bytes are stored': {
    op: 'read',
    before: async ({ server, dir }) => server.file(`${dir}f`, OLD.padEnd(9000, '-')),
    ask: read,
    change: async ({ server, dir }) => {
      await server.tree('patch', `${dir}f`, 5, 'STORED')
      const node = await server.node(`${dir}f`)
      return [
        server.notify('store', node, 5, Buffer.from('STORED')),
        server.notify('invalInode', node, { attributesOnly: true }),
      ]
    },
  },
  'READLINK, and the target changes': {
    op: 'readlink',
    before: ({ server, dir }) => server.tree('add', `${dir}f`, 'symlink', OLD),
    ask: ({ client, at }) => client.call('readlink', at('f')),
    change: modify,
  },
  'OPEN, and the file changes': {
    op: 'open',
    before: async (c) => {
      await file(c)
      await read(c)
    },
    ask: read,
    change: modify,
  },
  'OPENDIR, and a file appears': {
    op: 'opendir',
    before: async (c) => {
      await file(c)
      await list(c)
    },
    ask: list,
    change: (c) => add(c, 'new'),
  },
  'READDIR, and a file appears': { op: 'readdir', ask: list, change: (c) => add(c, 'new') },
  'READDIR, and a file is removed': { op: 'readdir', ask: list, change: (c) => remove(c, 'f') },
  'READDIR of an empty directory, and a file appears': {
    op: 'readdir',
    before: async () => undefined,
    ask: list,
    change: (c) => add(c, 'new'),
  },
  'READDIR of many names, and one appears between two parts': {
    op: 'readdir',
    before: manyFiles,
    ask: list,
    change: (c) => add(c, 'new'),
  },
  'WRITE, and the file changes': {
    op: 'write',
    before: async (c) => {
      await file(c)
      await read(c)
    },
    ask: async ({ client, at }) => {
      const fd = await client.call('open', at('f'), O.RDWR)
      await client.call('pwrite', fd, 'local', 0)
      await client.call('close', fd)
    },
    change: modify,
  },
  'FALLOCATE, and the file changes': {
    op: 'fallocate',
    ask: async ({ client, at }) => {
      const fd = await client.call('open', at('f'), O.RDWR)
      await client.call('fallocate', fd, FALLOC.KEEP_SIZE, 0, 100)
      await client.call('close', fd)
    },
    change: modify,
  },
}

/** Those that the kernel asks for with READDIRPLUS. */
export const PLUS_KINDS: Readonly<Record<string, Kind>> = {
  'READDIRPLUS, and a file in it changes': { op: 'readdirplus', ask: list, change: modify },
  'READDIRPLUS, and a file in it is removed': { op: 'readdirplus', ask: list, change: (c) => remove(c, 'f') },
  'READDIRPLUS, and a file in it is another': { op: 'readdirplus', ask: list, change: (c) => replace(c, 'f') },
  'READDIRPLUS, and a file appears': { op: 'readdirplus', ask: list, change: (c) => add(c, 'new') },
  'READDIRPLUS, and all names are dropped': {
    op: 'readdirplus',
    ask: list,
    change: async (c) => {
      await c.server.tree('remove', `${c.dir}f`)
      return [c.server.notify('incEpoch'), c.server.notify('invalInode', c.dirNode)]
    },
  },
  'READDIRPLUS of a known file, and it changes': {
    op: 'readdirplus',
    before: async (c) => {
      await file(c)
      await read(c)
    },
    ask: list,
    change: modify,
  },
}

/** What is there before a kind. */
export function prepare(c: Context, kind: Kind): Promise<unknown> {
  return (kind.before ?? file)(c)
}

/** The request that a kind is about. */
export function ruleOf(kind: Kind): Omit<Rule, 'op'> {
  return kind.name === undefined ? {} : { name: kind.name }
}
