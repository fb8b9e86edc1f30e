/** What every call that takes a path answers when the path leads nowhere: one check for each call and each way. */
import { ACCESS, O, type Path, posix, S } from '../../../helpers/posix.js'
import { check, type Check, type CheckOptions, fails, group } from '../check.js'
import type { Context } from '../context.js'

interface Call extends CheckOptions {
  readonly name: string
  readonly run: (path: Path, t: Context) => unknown
}

/** Calls on something that exists. */
const USES: readonly Call[] = [
  { name: 'open', run: (path, t) => t.openPath(path, O.RDONLY) },
  { name: 'open for writing', run: (path, t) => t.openPath(path, O.WRONLY) },
  { name: 'open as a directory', run: (path, t) => t.openPath(path, O.RDONLY | O.DIRECTORY) },
  { name: 'open O_PATH', run: (path, t) => t.openPath(path, O.PATH) },
  { name: 'stat', run: (path) => posix.stat(path) },
  { name: 'lstat', run: (path) => posix.lstat(path) },
  { name: 'access', run: (path) => posix.access(path, ACCESS.EXISTS) },
  { name: 'truncate', run: (path) => posix.truncate(path, 0) },
  { name: 'chmod', run: (path) => posix.chmod(path, 0o644) },
  { name: 'chown', run: (path) => posix.chown(path, -1, -1) },
  { name: 'lchown', run: (path) => posix.lchown(path, -1, -1) },
  { name: 'utimensat', run: (path) => posix.utimensat(path, 'now', 'now') },
  { name: 'unlink', run: (path) => posix.unlink(path) },
  { name: 'rmdir', run: (path) => posix.rmdir(path) },
  { name: 'readlink', run: (path) => posix.readlink(path) },
  { name: 'statfs', run: (path) => posix.statfs(path) },
  { name: 'rename from', run: (path, t) => posix.rename(path, t.at('new')) },
  { name: 'link from', traits: ['hardLinks'], run: (path, t) => posix.link(path, t.at('new')) },
  { name: 'getxattr', traits: ['xattr'], run: (path) => posix.getxattr(path, 'user.a') },
  { name: 'setxattr', traits: ['xattr'], run: (path) => posix.setxattr(path, 'user.a', 'v') },
]

/** Calls that make a name; rename is apart because it may replace. */
const MAKES: readonly Call[] = [
  { name: 'open O_CREAT|O_EXCL', run: (path, t) => t.openPath(path, O.WRONLY | O.CREAT | O.EXCL) },
  { name: 'mkdir', run: (path) => posix.mkdir(path) },
  { name: 'mknod', traits: ['specialFiles'], run: (path) => posix.mknod(path, S.IFIFO | 0o644) },
  { name: 'symlink', run: (path) => posix.symlink('target', path) },
  { name: 'link to', traits: ['hardLinks'], run: (path, t) => posix.link(t.file('from'), path) },
]
const RENAME_TO: Call = { name: 'rename to', run: (path, t) => posix.rename(t.file('from'), path) }

interface Way {
  readonly name: string
  readonly code: string
  readonly path: (t: Context) => Path
}

const LONG_NAME = 'n'.repeat(256)

/** These hold for all calls. */
const WAYS: readonly Way[] = [
  { name: 'a missing parent', code: 'ENOENT', path: (t) => t.at('missing/name') },
  { name: 'a file as parent', code: 'ENOTDIR', path: (t) => `${t.file('file')}/name` },
  { name: 'a name of 256 bytes', code: 'ENAMETOOLONG', path: (t) => t.at(LONG_NAME) },
  { name: 'a parent of 256 bytes', code: 'ENAMETOOLONG', path: (t) => t.at(`${LONG_NAME}/name`) },
  { name: 'a path of 4096 bytes', code: 'ENAMETOOLONG', path: (t) => t.at('').padEnd(4096, './') },
  { name: 'an empty path', code: 'ENOENT', path: () => '' },
  { name: 'a loop of links as parent', code: 'ELOOP', path: (t) => `${loop(t)}/name` },
  { name: 'a dangling link as parent', code: 'ENOENT', path: (t) => `${dangling(t)}/name` },
]

function loop(t: Context): string {
  posix.symlink('loop2', t.at('loop1'))
  posix.symlink('loop1', t.at('loop2'))
  return t.at('loop1')
}

function dangling(t: Context): string {
  posix.symlink('nowhere', t.at('dangling'))
  return t.at('dangling')
}

function cross(calls: readonly Call[], ways: readonly Way[]): Check[] {
  return calls.flatMap((call) =>
    ways.map(({ name, code, path }) =>
      check(`${call.name}: ${name} is ${code}`, { traits: call.traits ?? [] }, (t) => {
        const where = path(t)
        fails(code, () => call.run(where, t))
      }),
    ),
  )
}

export const pathErrors = group('path-errors', [
  ...cross(USES, [
    ...WAYS,
    { name: 'a missing name', code: 'ENOENT', path: (t) => t.at('missing') },
    { name: 'a slash after a file', code: 'ENOTDIR', path: (t) => `${t.file('file')}/` },
  ]),
  ...cross([...MAKES, RENAME_TO], WAYS),
  ...cross(MAKES, [
    { name: 'an existing file', code: 'EEXIST', path: (t) => t.file('file') },
    { name: 'an existing directory', code: 'EEXIST', path: (t) => t.mkdir('dir') },
    { name: 'a dangling link', code: 'EEXIST', path: dangling },
    { name: 'a loop of links', code: 'EEXIST', path: loop },
  ]),
  ...[...MAKES, RENAME_TO].map((call) =>
    check(`${call.name}: a name of 255 bytes is made`, { traits: call.traits ?? [] }, (t) => {
      const path = t.at('n'.repeat(255))
      call.run(path, t)
      posix.lstat(path)
    }),
  ),
])
