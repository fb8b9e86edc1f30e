import type { Scenario } from '../language.js'
import { expireEntry, invalInode } from '../notices.js'
import { close, fstat, named, open, read, stat, write, O_RDWR, O_TRUNC, text } from './steps.js'

export const ATTRIBUTES: readonly Scenario[] = [
  {
    title: 'attributes that expire at once are asked for each time',
    setup: (server) => {
      server.attrTimeoutMs = 0
      server.add('/f', 'abc')
    },
    steps: [stat('/f'), stat('/f'), open('/f', 'a'), fstat('a'), fstat('a'), close('a')],
  },
  {
    title: 'attributes are asked for again after their time',
    setup: (server) => {
      server.attrTimeoutMs = 300
      server.add('/f', 'abc')
    },
    steps: [stat('/f'), stat('/f'), { pauseMs: 400 }, stat('/f'), stat('/f')],
  },
  {
    title: 'after a read, and after a write, stat asks',
    setup: (server) => {
      server.add('/f', text(100))
    },
    steps: [
      stat('/f'),
      open('/f', 'a', O_RDWR),
      read('a', 0, 10),
      stat('/f'),
      stat('/f'),
      write('a', 0, 'XYZ'),
      fstat('a'),
      stat('/f'),
      close('a'),
    ],
  },
  {
    title: 'what changing names makes stale',
    setup: (server) => {
      server.add('/d/f', '')
      server.add('/e', null)
    },
    steps: [
      stat('/d'),
      stat('/d/f'),
      stat('/e'),
      named('mkdir', '/d/g'),
      stat('/d'),
      { do: { op: 'link', path: '/d/f', to: '/e/f' } },
      stat('/d/f'),
      stat('/e'),
      { do: { op: 'rename', path: '/d/f', to: '/e/g' } },
      stat('/d'),
      stat('/e'),
      stat('/e/g'),
      named('unlink', '/e/f'),
      stat('/e'),
      stat('/e/g'),
      named('rmdir', '/d/g'),
      stat('/d'),
    ],
  },
  {
    title: 'chmod, chown, utimes',
    setup: (server) => {
      server.add('/f', 'abc')
      server.add('/d', null)
    },
    steps: [
      stat('/f'),
      stat('/d'),
      { do: { op: 'chmod', path: '/f', mode: 0o600 } },
      stat('/f'),
      { do: { op: 'chown', path: '/f', uid: 5, gid: 6 } },
      stat('/f'),
      { do: { op: 'chmod', path: '/f', mode: 0o4755 } },
      { do: { op: 'chown', path: '/f', uid: 7, gid: 8 } },
      stat('/f'),
      { do: { op: 'utimes', path: '/f', atime: undefined, mtime: 5 } },
      { do: { op: 'utimes', path: '/f', atime: 'now', mtime: 'now' } },
      { do: { op: 'utimes', path: '/f', atime: 1, mtime: 2 } },
      { do: { op: 'utimes', path: '/f', atime: undefined, mtime: undefined } },
      { do: { op: 'chmod', path: '/d', mode: 0o700 } },
      stat('/d'),
      { do: { op: 'chown', path: '/d', uid: 7, gid: 8 } },
      stat('/d'),
    ],
  },
  {
    title: 'a changed size drops what is cached, a changed mtime does not',
    setup: (server) => {
      server.openFlags = { keepCache: true }
      server.attrTimeoutMs = 0
      server.add('/f', text(5000))
    },
    steps: [
      open('/f', 'a'),
      read('a', 0, 4096),
      { change: (server) => void (server.find('/f')!.mtime = 9) },
      stat('/f'),
      read('a', 0, 4096),
      { change: (server) => void (server.find('/f')!.data = Buffer.from(text(6000, 3))) },
      stat('/f'),
      read('a', 0, 4096),
      close('a'),
    ],
  },
  {
    title: 'AUTO_INVAL_DATA: a changed mtime drops what is cached',
    init: { autoInvalidateData: true },
    setup: (server) => {
      server.openFlags = { keepCache: true }
      server.attrTimeoutMs = 0
      server.add('/f', text(5000))
    },
    steps: [
      open('/f', 'a'),
      read('a', 0, 4096),
      read('a', 0, 4096),
      {
        change: (server) => {
          server.find('/f')!.mtime = 9
          server.find('/f')!.data = Buffer.from(text(5000, 3))
        },
      },
      read('a', 0, 4096),
      close('a'),
    ],
  },
  {
    title: 'EXPLICIT_INVAL_DATA: what is within the size stays',
    init: { explicitInvalidateData: true },
    setup: (server) => {
      server.openFlags = { keepCache: true }
      server.attrTimeoutMs = 0
      server.add('/f', text(9000))
    },
    steps: [
      open('/f', 'a'),
      read('a', 0, 9000),
      { change: (server) => void (server.find('/f')!.data = Buffer.from(text(12_000, 3))) },
      stat('/f'),
      read('a', 0, 12_000),
      { change: (server) => void (server.find('/f')!.data = Buffer.from(text(3000, 5))) },
      stat('/f'),
      read('a', 0, 12_000),
      close('a'),
    ],
  },
  {
    title: 'default_permissions: the root and directories are asked for',
    defaultPermissions: true,
    setup: (server) => {
      server.attrTimeoutMs = 0
      server.add('/d/f', 'abc')
    },
    steps: [stat('/d/f'), named('mkdir', '/d/e'), open('/d/f', 'a'), close('a'), named('unlink', '/d/f')],
  },
  {
    title: 'a reply of another type makes an object bad, one of another generation another object',
    setup: (server) => {
      server.add('/f', 'abc')
      server.add('/g', 'abc')
    },
    steps: [
      open('/f', 'a'),
      { change: (server) => void (server.find('/f')!.mode = 0o040755) },
      { notify: invalInode('/f', -1, 0) },
      fstat('a'),
      read('a', 0, 3),
      close('a'),
      open('/g', 'b'),
      { change: (server) => void (server.find('/g')!.generation = 7) },
      { notify: expireEntry('/', 'g') },
      stat('/g'),
      fstat('b'),
      close('b'),
      stat('/g'),
    ],
  },
  {
    title: 'ENOSYS is remembered',
    setup: (server) => {
      server.errors.set('open', 'ENOSYS').set('flush', 'ENOSYS').set('create', 'ENOSYS').set('fsync', 'ENOSYS')
      server.add('/f', 'abc')
    },
    steps: [
      open('/f', 'a', O_RDWR),
      read('a', 0, 3),
      { do: { op: 'fsync', file: 'a' } },
      { do: { op: 'fsync', file: 'a' } },
      close('a'),
      open('/f', 'b', O_RDWR | O_TRUNC),
      close('b'),
      open('/new', 'c', O_RDWR | 0o100),
      close('c'),
      open('/new2', 'd', O_RDWR | 0o100),
      close('d'),
      { do: { op: 'access', path: '/f', mode: 4 } },
      { do: { op: 'access', path: '/f', mode: 4 } },
    ],
  },
]
