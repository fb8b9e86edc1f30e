import type { ErrnoName } from '#src/base/errno.js'
import type { Random } from '../../helpers/random.js'
import { S_IFREG, type Scripted } from '../../helpers/scripted.js'
import type { Step } from '../language.js'
import { text } from '../scenarios/steps.js'
import { draw } from './draw.js'
import { placeOf, type Names } from './names.js'

/** Something that the server does or says otherwise from now on, in words and in deed. */
export interface Change {
  readonly label: string
  readonly change: (server: Scripted) => void
}

export function asStep({ label, change }: Change): Step {
  return { change, label }
}

/** Something changes at the server that clients may have cached. What is not there (any more) stays so. */
export function contentChange(names: Names): Change & { readonly path: string } {
  const { random } = names
  const path = random.below(4) === 0 ? names.own() : names.file()
  const { parent, name } = placeOf(path)
  const said = (label: string, change: Change['change']) => ({ path, label: `${path} ${label}`, change })
  const size = random.pick([0, 10, 100, 4096, 5000, 9000, 20_000])
  const seed = random.below(26)
  return draw(random, [
    [
      4,
      () =>
        said(`has other bytes (${seed})`, (server) => {
          const thing = server.find(path)
          if (thing === undefined || thing.data.length === 0) return
          thing.data = Buffer.from(text(thing.data.length, seed))
          server.touch(thing)
        }),
    ],
    [
      4,
      () =>
        said(`has ${size} other bytes (${seed})`, (server) => {
          const thing = server.find(path)
          if (thing === undefined || (thing.mode & S_IFREG) === 0) return
          thing.data = Buffer.from(text(size, seed))
          server.touch(thing)
        }),
    ],
    [2, () => said('is removed', (server) => remove(server, path))],
    [
      2,
      () =>
        said(`is a new file of ${size} bytes`, (server) => {
          if (server.find(parent) === undefined) return
          remove(server, path)
          server.add(path, text(size, seed))
        }),
    ],
    [
      1,
      () =>
        said('is a new directory', (server) => {
          if (server.find(parent) === undefined) return
          remove(server, path)
          server.add(path, null)
        }),
    ],
    [
      1,
      () =>
        said('is renamed to z', (server) => {
          const directory = server.find(parent)
          const thing = server.find(path)
          if (directory === undefined || thing === undefined) return
          directory.children.delete(name)
          directory.children.set('z', thing)
          server.touch(directory)
        }),
    ],
    [
      1,
      () =>
        said('has another mode', (server) => {
          const thing = server.find(path)
          if (thing !== undefined) thing.mode ^= 0o22
        }),
    ],
    [
      1,
      () =>
        said('has another generation', (server) => {
          const thing = server.find(path)
          if (thing !== undefined) thing.generation += 1
        }),
    ],
  ])
}

function remove(server: Scripted, path: string): void {
  const { parent, name } = placeOf(path)
  const directory = server.find(parent)
  const thing = directory?.children.get(name)
  if (directory === undefined || thing === undefined) return
  directory.children.delete(name)
  thing.nlink -= 1
  server.touch(directory)
}

const METHODS = [
  'lookup',
  'getattr',
  'setattr',
  'read',
  'write',
  'open',
  'opendir',
  'readdir',
  'readdirplus',
  'create',
] as const
const MORE_METHODS = [
  'mkdir',
  'unlink',
  'rmdir',
  'rename',
  'link',
  'symlink',
  'readlink',
  'flush',
  'fsync',
  'fallocate',
] as const
const ERRORS: readonly ErrnoName[] = ['EIO', 'ENOENT', 'EPERM', 'EEXIST', 'ENOSPC', 'EINTR', 'ENOSYS']

/** The server behaves in another way. */
export function behaviourChange(random: Random, timeouts: readonly number[]): Change {
  const ms = random.pick(timeouts)
  return draw<Change>(random, [
    [3, () => ({ label: `entries are valid for ${ms} ms`, change: (server) => void (server.entryTimeoutMs = ms) })],
    [3, () => ({ label: `attributes are valid for ${ms} ms`, change: (server) => void (server.attrTimeoutMs = ms) })],
    [2, () => ({ label: `no entry is valid for ${ms} ms`, change: (server) => void (server.negativeTimeoutMs = ms) })],
    [3, () => openAs(random)],
    [2, () => listAs(random)],
    [
      3,
      () => {
        const method = random.pick([...METHODS, ...MORE_METHODS])
        // The C library takes another system call when these are ENOSYS.
        const hasSubstitute = method === 'lookup' || method === 'getattr' || method === 'readlink'
        const error = random.pick(hasSubstitute ? ERRORS.filter((name) => name !== 'ENOSYS') : ERRORS)
        return { label: `${method} is ${error}`, change: (server) => void server.errors.set(method, error) }
      },
    ],
    [4, () => ({ label: 'no more errors', change: (server) => server.errors.clear() })],
    [
      1,
      () => {
        const limit = random.pick([Infinity, 10, 4096])
        return { label: `a write takes ${limit} bytes`, change: (server) => void (server.writeLimit = limit) }
      },
    ],
  ])
}

/** How files are opened from now on. */
export function openAs(random: Random): Change {
  const flags = random.pick([
    {},
    { keepCache: true },
    { keepCache: true },
    { directIo: true },
    { directIo: true, parallelDirectWrites: true },
    { nonseekable: true },
    { keepCache: true, noflush: true },
    { stream: true },
  ])
  return { label: `open with ${JSON.stringify(flags)}`, change: (server) => void (server.openFlags = flags) }
}

/** How directories are opened from now on. */
export function listAs(random: Random): Change {
  const flags = random.pick([{}, { keepCache: true, cacheDir: true }, { cacheDir: true }])
  return { label: `opendir with ${JSON.stringify(flags)}`, change: (server) => void (server.opendirFlags = flags) }
}
