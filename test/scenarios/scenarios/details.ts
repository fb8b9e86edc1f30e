import type { Scenario, Step } from '../language.js'
import { deleted, incEpoch, invalInode } from '../notices.js'
import { close, fsync, list, named, open, read, start, stat, text, write } from './steps.js'
import { O_APPEND, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY } from './steps.js'

/* What random scenarios found to be different once. */

const keep = { keepCache: true }
const cached = { keepCache: true, cacheDir: true }
const O_DIRECT = 0o40000

const rename = (path: string, to: string): Step => ({ do: { op: 'rename', path, to } })
const link = (path: string, to: string): Step => ({ do: { op: 'link', path, to } })
const allocate = (file: string, mode: number, offset: number, length: number): Step => ({
  do: { op: 'allocate', file, mode, offset, length },
})
const copy = (file: string, offset: number, to: string, toOffset: number, length: number): Step => ({
  do: { op: 'copy', file, offset, to, toOffset, length },
})

export const DETAILS: readonly Scenario[] = [
  {
    title: 'WRITEBACK_CACHE: names come and go, and their files have another ctime',
    init: { writebackCache: true },
    setup: (server) => {
      server.add('/a', 'A')
      server.add('/b', 'B')
      server.add('/c', 'C')
      server.add('/d', null)
    },
    steps: [
      link('/a', '/l'),
      rename('/a', '/b'),
      rename('/c', '/d/c'),
      open('/d/c', 'x', O_RDWR),
      named('unlink', '/d/c'),
      close('x'),
      named('unlink', '/l'),
      named('rmdir', '/d'),
    ],
  },
  {
    title: 'link and rename: what is asked before they are refused',
    setup: (server) => {
      server.add('/f', '')
      server.add('/d/e', null)
    },
    steps: [
      link('/d', '/f'),
      link('/d', '/new'),
      rename('/none', '/d'),
      rename('/f', '/f'),
      rename('/d/none', '/other'),
    ],
  },
  {
    title: 'default_permissions: opening the root, what may be made, and directories that move',
    defaultPermissions: true,
    setup: (server) => {
      server.attrTimeoutMs = 0
      server.add('/f', '')
      server.add('/d/e', null)
    },
    steps: [
      list('/'),
      open('/f', 'a', O_CREAT),
      open('/new', 'b', O_CREAT | O_RDWR),
      open('/other', 'c', O_CREAT | O_EXCL | O_RDWR),
      rename('/d/e', '/e'),
      rename('/f', '/d/f'),
      stat('/e/.'),
    ],
  },
  {
    title: 'whether a file may be executed the server says',
    setup: (server) => {
      server.add('/f', '')
      server.add('/d', null)
    },
    steps: [1, 5, 0].flatMap((mode): Step[] => [
      { do: { op: 'access', path: '/f', mode } },
      { do: { op: 'access', path: '/d', mode } },
    ]),
  },
  {
    title: 'ftruncate and write need a file that is open for it, first of all',
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', 'abc')
    },
    steps: [
      open('/f', 'a'),
      { do: { op: 'ftruncate', file: 'a', size: 1 } },
      { change: (server) => void (server.find('/f')!.generation += 1) },
      { notify: incEpoch },
      stat('/f'),
      write('a', 0, 'x'),
      { do: { op: 'ftruncate', file: 'a', size: 1 } },
      allocate('a', 0, 0, 10),
      read('a', 0, 1),
      { do: { op: 'seekEnd', file: 'a' } },
    ],
  },
  ...[false, true].map((atomicTruncate): Scenario => ({
    title: `WRITEBACK_CACHE: O_TRUNC ${atomicTruncate ? 'of OPEN ' : ''}changes times, even if there is nothing to be cut off`,
    init: { writebackCache: true, atomicTruncate },
    setup: (server) => {
      server.add('/f', 'abc')
    },
    steps: [
      open('/f', 'a', O_RDWR | O_TRUNC),
      stat('/f'),
      open('/f', 'b', O_RDWR | O_TRUNC),
      { do: { op: 'ftruncate', file: 'b', size: 0 } },
      close('a'),
      close('b'),
    ],
  })),
  {
    title: 'HANDLE_KILLPRIV_V2: chown asks for it',
    init: { handleKillPrivV2: true },
    setup: (server) => {
      server.add('/f', '')
      server.add('/d', null)
    },
    steps: ['/f', '/d'].map((path): Step => ({ do: { op: 'chown', path, uid: 0, gid: 7 } })),
  },
  ...[false, true].map((writebackCache): Scenario => ({
    title: `allocating and copying${writebackCache ? ' with WRITEBACK_CACHE' : ''}`,
    init: { writebackCache },
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(9000))
      server.add('/g', '')
    },
    steps: [
      open('/f', 'a', O_RDWR),
      open('/g', 'b', O_RDWR),
      open('/g', 'c', O_WRONLY | O_APPEND),
      write('a', 8192, text(8192, 1)),
      allocate('a', 3, 5000, 10),
      allocate('b', 0, 0, 5000),
      copy('a', 4000, 'b', 100, 5000),
      copy('a', 0, 'a', 10, 100),
      copy('a', 0, 'c', 0, 100),
      copy('a', 50_000, 'b', 0, 100),
      { change: (server) => void server.errors.set('fallocate', 'ENOSYS') },
      allocate('b', 1, 0, 100),
      stat('/g'),
      close('a'),
      close('b'),
      close('c'),
    ],
  })),
  {
    title: 'a cached listing that loses a page',
    setup: (server) => {
      server.opendirFlags = cached
      for (let i = 0; i < 300; i += 1) server.add(`/d/${i}`, '')
    },
    steps: [
      list('/d'),
      { notify: invalInode('/d', 40_960, 0) },
      list('/d'),
      { do: { op: 'opendir', path: '/d', file: 'u' } },
      { do: { op: 'readdir', file: 'u', count: 5 } },
      { notify: invalInode('/d', 4096, 1) },
      { do: { op: 'rewind', file: 'u' } },
      { do: { op: 'readdir', file: 'u', count: 200 } },
      { do: { op: 'readdir', file: 'u', count: 200 } },
      list('/d'),
      list('/d'),
    ],
  },
  {
    title: 'a directory that is deleted by notification, and found again',
    setup: (server) => {
      server.add('/d/f', '')
    },
    steps: [
      { do: { op: 'opendir', path: '/d', file: 'u' } },
      { notify: deleted('/', 'd', 2) },
      named('unlink', '/d/f'),
      named('mkdir', '/d/g'),
      open('/d/h', 'a', O_CREAT | O_RDWR),
      { do: { op: 'readdir', file: 'u', count: 9 } },
    ],
  },
  {
    title: 'a read that fails in the middle gives what came before it',
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(20_000))
    },
    steps: [
      open('/f', 'a'),
      read('a', 0, 5000),
      { change: (server) => void server.errors.set('read', 'EIO') },
      read('a', 5000, 12_000),
      read('a', 17_000, 100),
    ],
  },
  {
    title: 'opening a circle of links',
    init: { cacheSymlinks: false },
    setup: (server) => {
      server.add('/a', { to: 'b' })
      server.add('/b', { to: 'a' })
    },
    steps: [open('/a', 'x'), open('/a', 'x', O_CREAT | O_RDWR), stat('/b')],
  },
  {
    title: 'what was deleted does not make a reply doubtful that was under way',
    setup: (server) => {
      server.add('/a', 'abc')
      server.add('/d/f', '')
      server.add('/d/g', '')
    },
    steps: [
      stat('/d/f'),
      { hold: 'LOOKUP' },
      start('asking', { op: 'stat', path: '/a' }),
      named('unlink', '/d/f'),
      { release: 'LOOKUP' },
      { join: 'asking' },
      stat('/a'),
    ],
  },
  {
    title: 'a name that somebody looks for while it is created is looked up again',
    setup: (server) => {
      server.add('/d', null)
    },
    steps: [
      { hold: 'CREATE' },
      start('creating', { op: 'open', path: '/d/f', flags: O_CREAT | O_RDWR, file: 'a' }),
      start('opening', { op: 'open', path: '/d/f', flags: 0, file: 'a' }),
      { release: 'CREATE' },
      { join: 'creating' },
      { join: 'opening' },
      stat('/d/f'),
    ],
  },
  {
    title: 'WRITEBACK_CACHE: a file that was written and closed is forgotten with its directory',
    init: { writebackCache: true },
    setup: (server) => {
      server.add('/d', null)
    },
    steps: [open('/d/f', 'a', O_CREAT | O_RDWR), write('a', 0, 'abc'), close('a'), { notify: incEpoch }, stat('/d')],
  },
  {
    title: 'WRITEBACK_CACHE: how much of a WRITE was taken nobody looks at',
    init: { writebackCache: true },
    setup: (server) => {
      server.writeLimit = 10
      server.add('/f', '')
    },
    steps: [open('/f', 'a', O_RDWR), write('a', 0, text(5000)), fsync('a'), close('a')],
  },
  {
    title: 'WRITEBACK_CACHE: closing tells of a late error, not of which, and times are sent one after the other',
    init: { writebackCache: true, atomicTruncate: true },
    setup: (server) => {
      server.errors.set('write', 'EPERM')
      server.add('/f', '')
    },
    steps: [
      open('/f', 'a', O_RDWR),
      write('a', 0, 'abc'),
      close('a'),
      open('/f', 'b', O_RDWR | O_TRUNC),
      { hold: 'SETATTR' },
      { do: { op: 'close', file: 'b' }, start: 'closing' },
      start('removing', { op: 'unlink', path: '/f' }),
      { release: 'SETATTR' },
      { join: 'closing' },
      { join: 'removing' },
    ],
  },
  {
    title: 'a directory is not opened with O_DIRECT',
    setup: (server) => {
      server.add('/d', null)
    },
    steps: [open('/d', 'a', O_DIRECT), open('/d', 'a')],
  },
  {
    title: 'read-ahead: a page that is missing in the middle of a read, and a window that is full',
    init: { maxReadahead: 8192 },
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(200_000))
      server.add('/g', text(200_000, 1))
    },
    steps: [
      open('/f', 'a', O_RDWR),
      write('a', 0, text(4096, 2)),
      read('a', 4095, 10),
      open('/g', 'b'),
      open('/g', 'c'),
      read('b', 100_000, 4096),
      read('c', 100_000, 8192),
    ],
  },
  {
    title: 'READDIRPLUS_AUTO: a name that is looked up again does not ask for more of it',
    init: { readdirplus: true, readdirplusAuto: true },
    setup: (server) => {
      server.entryTimeoutMs = 0
      server.add('/f', '')
    },
    steps: [
      { do: { op: 'opendir', path: '/', file: 'u' } },
      { do: { op: 'readdir', file: 'u', count: 9 } },
      stat('/f'),
      { do: { op: 'readdir', file: 'u', count: 9 } },
    ],
  },
]
