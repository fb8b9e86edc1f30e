import type { Random } from '../../helpers/random.js'
import type { Operation } from '../language.js'
import { O_APPEND, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY, text } from '../scenarios/steps.js'
import { draw, oneIn } from './draw.js'
import type { Names } from './names.js'

const O_DIRECT = 0o40000
const FALLOC_FL_KEEP_SIZE = 1
const FALLOC_FL_PUNCH_HOLE = 2

/**
 * What one of the programs does next.
 * @param mayLink link(2) too: with default_permissions the kernel looks at more attributes first where the system protects
 *   hard links (fs.protected_hardlinks)
 */
export function randomOperation(names: Names, mayLink: boolean): Operation {
  const { random, theme } = names
  return draw<Operation>(random, [
    [theme.looks, () => look(names)],
    [theme.opens, () => ({ op: 'open', path: names.file(), flags: openFlags(random), file: file(random) })],
    [theme.onFiles, () => onFile(random)],
    [theme.onDirectories, () => onDirectory(names)],
    [theme.changes, () => change(names, mayLink)],
  ])
}

function look(names: Names): Operation {
  const { random } = names
  return draw<Operation>(random, [
    [12, () => ({ op: random.pick(['stat', 'stat', 'lstat']), path: names.any() })],
    [2, () => ({ op: 'readlink', path: random.pick(['/l', '/m', '/d/l', '/a']) })],
    [2, () => ({ op: 'access', path: names.any(), mode: random.pick([0, 4, 2, 1]) })],
  ])
}

/** Open files by their names in the program. */
function file(random: Random): string {
  return random.pick(['x', 'x', 'y'])
}

function openFlags(random: Random): number {
  let flags = random.pick([0, 0, O_RDWR, O_RDWR, O_WRONLY])
  if (oneIn(random, 4)) flags |= O_CREAT
  if (oneIn(random, 8)) flags |= O_TRUNC
  if (oneIn(random, 6)) flags |= O_APPEND
  if (oneIn(random, 16)) flags |= O_EXCL | O_CREAT
  if (oneIn(random, 20)) flags |= O_DIRECT
  return flags
}

/** Offsets and sizes near the edges of pages and of the files. */
export function offset(random: Random): number {
  return random.pick([0, 0, 0, 1, 100, 4095, 4096, 4097, 5000, 8192, 10_000, 20_000, 100_000])
}

export function length(random: Random): number {
  return random.pick([1, 10, 100, 4096, 4096, 5000, 8192, 12_000])
}

function onFile(random: Random): Operation {
  const name = file(random)
  const at = oneIn(random, 3) ? undefined : offset(random)
  return draw<Operation>(random, [
    [12, () => ({ op: 'read', file: name, offset: at, length: length(random) })],
    [10, () => ({ op: 'write', file: name, offset: at, data: text(length(random), random.below(26)) })],
    [4, () => ({ op: 'fstat', file: name })],
    [4, () => ({ op: 'close', file: name })],
    [2, () => ({ op: 'fsync', file: name })],
    [2, () => ({ op: 'ftruncate', file: name, size: offset(random) })],
    [1, () => ({ op: 'seekEnd', file: name })],
    [
      1,
      () => {
        const [to, toOffset] = [file(random), offset(random)]
        return { op: 'copy', file: name, offset: offset(random), to, toOffset, length: length(random) }
      },
    ],
    [
      1,
      () => {
        const mode = random.pick([0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE])
        return { op: 'allocate', file: name, mode, offset: offset(random), length: length(random) }
      },
    ],
  ])
}

function onDirectory(names: Names): Operation {
  const { random } = names
  const name = random.pick(['u', 'u', 'v'])
  return draw<Operation>(random, [
    [4, () => ({ op: 'list', path: oneIn(random, 5) ? '/l' : names.directory() })],
    [3, () => ({ op: 'opendir', path: oneIn(random, 5) ? '/l' : names.directory(), file: name })],
    [4, () => ({ op: 'readdir', file: name, count: random.pick([1, 3, 100, 200]) })],
    [2, () => ({ op: 'rewind', file: name })],
    [1, () => ({ op: 'close', file: name })],
    [1, () => ({ op: 'fsync', file: name })],
  ])
}

function change(names: Names, mayLink: boolean): Operation {
  const { random } = names
  const path = names.own()
  return draw<Operation>(random, [
    [3, () => ({ op: 'mkdir', path })],
    [2, () => ({ op: 'rmdir', path })],
    [4, () => ({ op: 'unlink', path })],
    [5, () => ({ op: 'rename', path, to: names.own() })],
    [mayLink ? 3 : 0, () => ({ op: 'link', path, to: names.own() })],
    [2, () => ({ op: 'symlink', path, target: random.pick(['d', 'a', 'd/e', 'd/../a', 'nothing']) })],
    [3, () => ({ op: 'chmod', path, mode: random.pick([0o600, 0o644, 0o755, 0o4755]) })],
    [1, () => ({ op: 'chown', path, uid: random.pick([0, 7]), gid: random.pick([0, 7]) })],
    [
      2,
      () => ({
        op: 'utimes',
        path,
        atime: random.pick([undefined, 5, 'now']),
        mtime: random.pick([undefined, 9, 'now']),
      }),
    ],
  ])
}
