import { deepEqual, equal } from 'node:assert/strict'
import { O, posix, S } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'
import type { Context } from '../context.js'

const BYTES = { traits: ['byteNames'] } as const

/** Makes a file for each name, with the name as content, and expects all of them back, each with its own content. */
function expectKept(t: Context, names: readonly Buffer[]): void {
  for (const name of names) {
    const fd = t.openPath(t.at(name), O.CREAT | O.EXCL | O.WRONLY)
    posix.write(fd, name)
    t.close(fd)
  }
  const expected = names.toSorted((a, b) => a.compare(b)).map((name) => name.toString('latin1'))
  deepEqual(t.list(), expected)
  for (const name of names) deepEqual(t.content(t.at(name)), name)
  for (const name of names) posix.unlink(t.at(name))
  deepEqual(t.list(), [])
}

function utf8(...names: readonly string[]): Buffer[] {
  return names.map((name) => Buffer.from(name))
}

export const names = group('names', [
  check('every byte but slash, dot and NUL is a name', BYTES, (t) => {
    const allowed = Array.from({ length: 255 }, (_, index) => index + 1).filter(
      (byte) => byte !== 0x2e && byte !== 0x2f,
    )
    expectKept(
      t,
      allowed.map((byte) => Buffer.from([byte])),
    )
  }),
  check('names that are not UTF-8 are kept, and kept apart', BYTES, (t) => {
    const sequences = [
      // The last of these is the replacement character, which decoding would turn each of the others into.
      'ff', 'fe', 'c3', 'c328', 'c080', 'e0a080e0', 'eda080', 'edb080', 'f5808080', '80', '61ff62', '61fe62', 'efbfbd',
    ] // prettier-ignore
    expectKept(
      t,
      sequences.map((hex) => Buffer.from(hex, 'hex')),
    )
  }),
  check('a byte order mark is part of the name', BYTES, (t) => {
    expectKept(t, utf8('n', '\ufeffn', '\ufeff', 'n\ufeff'))
  }),
  check('forms of one letter are different names', BYTES, (t) => {
    // Composed and decomposed; the sign of the unit and the letter; full and half width; ligature and letters.
    expectKept(
      t,
      utf8('\u00e9', 'e\u0301', '\u212b', '\u00c5', 'A\u030a', '\uff21', 'A', '\ufb01', 'fi', '\u1e9e', 'ss'),
    )
  }),
  check('capital and small letters are different names', BYTES, (t) => {
    expectKept(t, utf8('name', 'Name', 'NAME', '\u00e4', '\u00c4', '\u0131', 'i', 'I', '\u0130'))
  }),
  check('line ends, control characters and spaces are kept', BYTES, (t) => {
    expectKept(t, utf8('a\nb', '\n', 'a\r\n', '\t', '\x1b[31m', '\x7f', ' ', '  ', ' a', 'a ', 'a', '\u2028', '\u00a0'))
  }),
  check('dots, backslashes and what shells and other systems treat specially', (t) => {
    const names = [
      '...',
      '.a',
      'a.',
      '..a',
      'a..',
      '\\',
      'a\\b',
      '-rf',
      '*',
      '?',
      '"',
      "'",
      '$x',
      '%2f',
      'C:',
      'con',
      '~',
      '|',
    ]
    expectKept(t, utf8(...names))
  }),
  check('names beyond the basic plane', BYTES, (t) => {
    expectKept(t, utf8('\u{1f600}', '\u{10ffff}', '\u{20000}a', '\u200b', '\u202ea'))
  }),
  check('names that look like what the kernel makes up', (t) => {
    expectKept(t, utf8('.nfs0000', '.fuse_hidden0000000100000001', '.wh.a', 'a (deleted)'))
  }),
  check('names of 255 bytes, of one and of more bytes a letter', BYTES, (t) => {
    expectKept(t, [
      Buffer.alloc(255, 'n'),
      Buffer.from(`${'\u00e9'.repeat(127)}x`),
      Buffer.from('\u20ac'.repeat(85)),
      Buffer.alloc(255, 0xff),
      Buffer.alloc(254, 'n'),
    ])
  }),
  check('256 bytes are too many, however few letters they are', (t) => {
    for (const name of [
      Buffer.alloc(256, 'n'),
      Buffer.from('\u00e9'.repeat(128)),
      Buffer.from('\u{1f600}'.repeat(64)),
    ]) {
      fails('ENAMETOOLONG', () => t.openPath(t.at(name), O.CREAT | O.WRONLY))
      fails('ENAMETOOLONG', () => posix.mkdir(t.at(name)))
      fails('ENAMETOOLONG', () => posix.rename(t.file('f'), t.at(name)))
      posix.unlink(t.at('f'))
    }
    deepEqual(t.list(), [])
  }),
  check('every call takes bytes that are not UTF-8', BYTES, (t) => {
    const [from, to] = [t.at(Buffer.from('from\xff\n', 'latin1')), t.at(Buffer.from('to\xfe\xff', 'latin1'))]
    posix.mkdir(from)
    equal(posix.stat(from).mode & S.IFMT, S.IFDIR)
    posix.rename(from, to)
    fails('ENOENT', () => posix.stat(from))
    const inner = Buffer.concat([to, Buffer.from('/\xc3\x28', 'latin1')])
    t.close(t.openPath(inner, O.CREAT | O.EXCL | O.WRONLY))
    posix.chmod(inner, 0o600)
    posix.truncate(inner, 3)
    posix.utimensat(inner, 1n, 2n)
    posix.access(inner, 0)
    deepEqual([posix.stat(inner).size, posix.stat(inner).mtime, posix.stat(inner).mode & 0o777], [3, 2n, 0o600])
    fails('ENOTEMPTY', () => posix.rmdir(to))
    posix.unlink(inner)
    posix.rmdir(to)
    posix.symlink(from, to)
    deepEqual(posix.readlink(to), from)
  }),
  check('hard links between names that are not UTF-8', { traits: ['byteNames', 'hardLinks'] }, (t) => {
    const [one, two] = [t.at(Buffer.from([0xff])), t.at(Buffer.from([0xfe]))]
    t.close(t.openPath(one, O.CREAT | O.WRONLY))
    posix.link(one, two)
    equal(posix.stat(one).ino, posix.stat(two).ino)
    posix.rename(one, two)
    // A rename between two names of one file does nothing.
    deepEqual(t.list(), ['\xfe', '\xff'])
  }),
])
