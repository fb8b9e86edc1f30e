import { deepEqual, equal } from 'node:assert/strict'
import { posix, RENAME, S } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'

const NOREPLACE = { traits: ['noReplace'] } as const
const EXCHANGE = { traits: ['exchange'] } as const

export const renameFlags = group('rename-flags', [
  check('no flags is rename', (t) => {
    posix.renameat2(t.file('a', 'A'), t.at('b'), 0)
    equal(t.text(t.at('b')), 'A')
  }),
  check('NOREPLACE to a free name', NOREPLACE, (t) => {
    posix.renameat2(t.file('a', 'A'), t.at('b'), RENAME.NOREPLACE)
    equal(t.text(t.at('b')), 'A')
    deepEqual(t.list(), ['b'])
  }),
  check('NOREPLACE over a file is EEXIST and changes nothing', NOREPLACE, (t) => {
    const [a, b] = [t.file('a', 'A'), t.file('b', 'B')]
    fails('EEXIST', () => posix.renameat2(a, b, RENAME.NOREPLACE))
    equal(t.text(a) + t.text(b), 'AB')
  }),
  check('NOREPLACE over an empty directory is EEXIST', NOREPLACE, (t) => {
    const [a, b] = [t.mkdir('a'), t.mkdir('b')]
    fails('EEXIST', () => posix.renameat2(a, b, RENAME.NOREPLACE))
  }),
  check('NOREPLACE over a dangling link is EEXIST', NOREPLACE, (t) => {
    posix.symlink('nowhere', t.at('link'))
    const file = t.file('a')
    fails('EEXIST', () => posix.renameat2(file, t.at('link'), RENAME.NOREPLACE))
  }),
  check('NOREPLACE of a name to itself is EEXIST', NOREPLACE, (t) => {
    const file = t.file('a')
    fails('EEXIST', () => posix.renameat2(file, file, RENAME.NOREPLACE))
  }),
  check('NOREPLACE between two names of one file is EEXIST', { traits: ['noReplace', 'hardLinks'] }, (t) => {
    posix.link(t.file('a'), t.at('b'))
    fails('EEXIST', () => posix.renameat2(t.at('a'), t.at('b'), RENAME.NOREPLACE))
  }),
  check('NOREPLACE of a missing name is ENOENT', NOREPLACE, (t) => {
    fails('ENOENT', () => posix.renameat2(t.at('a'), t.at('b'), RENAME.NOREPLACE))
  }),
  check('EXCHANGE swaps two files', EXCHANGE, (t) => {
    const [a, b] = [t.file('a', 'A'), t.file('b', 'B')]
    const [inoA, inoB] = [posix.stat(a).ino, posix.stat(b).ino]
    posix.renameat2(a, b, RENAME.EXCHANGE)
    equal(t.text(a) + t.text(b), 'BA')
    deepEqual([posix.stat(a).ino, posix.stat(b).ino], [inoB, inoA])
  }),
  check('EXCHANGE swaps a file and a directory that is not empty', EXCHANGE, (t) => {
    const [file, dir] = [t.file('file', 'F'), t.mkdir('dir')]
    t.file('dir/inside', 'I')
    posix.renameat2(file, dir, RENAME.EXCHANGE)
    equal(t.text(dir), 'F')
    equal(t.text(t.at('file/inside')), 'I')
  }),
  check('EXCHANGE between directories moves link counts', { traits: ['exchange', 'dirLinkCount'] }, (t) => {
    t.mkdir('p')
    t.mkdir('q')
    t.mkdir('p/dir')
    t.file('q/file')
    posix.renameat2(t.at('p/dir'), t.at('q/file'), RENAME.EXCHANGE)
    deepEqual([posix.stat(t.at('p')).nlink, posix.stat(t.at('q')).nlink], [2, 3])
    equal(posix.stat(t.at('q/file/..')).ino, posix.stat(t.at('q')).ino)
  }),
  check('EXCHANGE swaps symbolic links themselves', EXCHANGE, (t) => {
    posix.symlink('x', t.at('a'))
    posix.symlink('y', t.at('b'))
    posix.renameat2(t.at('a'), t.at('b'), RENAME.EXCHANGE)
    equal(posix.readlink(t.at('a')).toString(), 'y')
  }),
  check('EXCHANGE with a missing name is ENOENT', EXCHANGE, (t) => {
    const file = t.file('a')
    fails('ENOENT', () => posix.renameat2(file, t.at('b'), RENAME.EXCHANGE))
    fails('ENOENT', () => posix.renameat2(t.at('b'), file, RENAME.EXCHANGE))
  }),
  check('EXCHANGE of a directory with one inside it is EINVAL', EXCHANGE, (t) => {
    t.mkdir('d')
    t.mkdir('d/sub')
    fails('EINVAL', () => posix.renameat2(t.at('d'), t.at('d/sub'), RENAME.EXCHANGE))
    fails(['EINVAL', 'ENOTEMPTY'], () => posix.renameat2(t.at('d/sub'), t.at('d'), RENAME.EXCHANGE))
  }),
  check('EXCHANGE of a name with itself changes nothing', EXCHANGE, (t) => {
    const file = t.file('a', 'A')
    posix.renameat2(file, file, RENAME.EXCHANGE)
    equal(t.text(file), 'A')
  }),
  check('NOREPLACE with EXCHANGE is EINVAL', (t) => {
    const [a, b] = [t.file('a'), t.file('b')]
    fails('EINVAL', () => posix.renameat2(a, b, RENAME.NOREPLACE | RENAME.EXCHANGE))
  }),
  check('WHITEOUT with EXCHANGE is EINVAL', (t) => {
    const [a, b] = [t.file('a'), t.file('b')]
    fails('EINVAL', () => posix.renameat2(a, b, RENAME.WHITEOUT | RENAME.EXCHANGE))
  }),
  check('an unknown flag is EINVAL', (t) => {
    const file = t.file('a')
    fails('EINVAL', () => posix.renameat2(file, t.at('b'), 0x100))
  }),
  check('WHITEOUT leaves a device 0:0 in the old place', { needs: 'root', traits: ['whiteout'] }, (t) => {
    posix.renameat2(t.file('a', 'A'), t.at('b'), RENAME.WHITEOUT)
    equal(t.text(t.at('b')), 'A')
    const left = posix.lstat(t.at('a'))
    deepEqual([left.mode & S.IFMT, left.major, left.minor], [S.IFCHR, 0, 0])
  }),
  check('WHITEOUT with NOREPLACE over a file is EEXIST', { needs: 'root', traits: ['whiteout', 'noReplace'] }, (t) => {
    const [a, b] = [t.file('a'), t.file('b')]
    fails('EEXIST', () => posix.renameat2(a, b, RENAME.WHITEOUT | RENAME.NOREPLACE))
  }),
])
