import type { Scenario } from '../language.js'
import { close, named, open, read, stat, O_CREAT, O_EXCL, O_RDWR } from './steps.js'

export const NAMES: readonly Scenario[] = [
  {
    title: 'a name that expires at once is looked up each time',
    setup: (server) => {
      server.entryTimeoutMs = 0
      server.add('/d/f', 'abc')
    },
    steps: [stat('/d/f'), stat('/d/f'), open('/d/f', 'a'), close('a'), named('unlink', '/d/f'), stat('/d/f')],
  },
  {
    title: 'names that are gone, or replaced, behind the back',
    setup: (server) => {
      server.entryTimeoutMs = 0
      server.add('/f', 'abc')
    },
    steps: [
      stat('/f'),
      { change: (server) => void server.root.children.delete('f') },
      stat('/f'),
      { change: (server) => void server.add('/f', 'new') },
      stat('/f'),
      {
        change: (server) => {
          server.root.children.delete('f')
          server.add('/f', null)
        },
      },
      stat('/f'),
      { change: (server) => void server.errors.set('lookup', 'EIO') },
      stat('/f'),
      { change: (server) => server.errors.clear() },
      stat('/f'),
    ],
  },
  {
    title: 'negative entries: not cached, cached, expired',
    setup: (server) => {
      server.add('/d', null)
    },
    steps: [
      stat('/d/no'),
      stat('/d/no'),
      { change: (server) => void (server.negativeTimeoutMs = 300) },
      stat('/d/none'),
      stat('/d/none'),
      open('/d/none', 'a', O_RDWR | O_CREAT),
      close('a'),
      stat('/d/never'),
      { pauseMs: 400 },
      stat('/d/never'),
      open('/d/never', 'b', O_RDWR | O_CREAT | O_EXCL),
      close('b'),
    ],
  },
  {
    title: 'what is asked before something is made',
    setup: (server) => {
      server.negativeTimeoutMs = Infinity
      server.add('/f', '')
    },
    steps: [
      stat('/f'),
      stat('/a'),
      named('mkdir', '/a'),
      stat('/b'),
      { do: { op: 'symlink', path: '/b', target: 'f' } },
      stat('/c'),
      { do: { op: 'link', path: '/f', to: '/c' } },
      stat('/d'),
      { do: { op: 'rename', path: '/c', to: '/d' } },
      stat('/c'),
      open('/f', 'x', O_RDWR | O_CREAT | O_EXCL),
      open('/f', 'x', O_RDWR | O_CREAT),
      close('x'),
      named('mkdir', '/f'),
      named('unlink', '/d'),
      stat('/d'),
      named('rmdir', '/a'),
      stat('/a'),
    ],
  },
  {
    title: 'failed removals: ENOENT drops the name, EPERM does not',
    setup: (server) => {
      server.add('/f', '')
      server.add('/g', '')
      server.add('/d', null)
    },
    steps: [
      stat('/f'),
      stat('/g'),
      { change: (server) => void server.errors.set('unlink', 'ENOENT') },
      named('unlink', '/f'),
      { change: (server) => void server.errors.set('unlink', 'EPERM') },
      named('unlink', '/g'),
      stat('/f'),
      stat('/g'),
      { change: (server) => void server.errors.set('rename', 'ENOENT') },
      { do: { op: 'rename', path: '/f', to: '/g' } },
      stat('/f'),
      stat('/g'),
      { change: (server) => void server.errors.set('mkdir', 'EEXIST') },
      named('mkdir', '/x'),
      stat('/x'),
      named('unlink', '/d'),
      named('rmdir', '/f'),
    ],
  },
  {
    title: 'symbolic links, cached',
    setup: (server) => {
      server.add('/d/f', 'abc')
      server.add('/l', { to: 'd' })
      server.add('/circle', { to: 'circle' })
      server.add('/gone', { to: 'nothing' })
    },
    steps: [
      named('readlink', '/l'),
      named('readlink', '/l'),
      stat('/l/f'),
      named('lstat', '/l'),
      stat('/circle'),
      stat('/gone'),
      open('/l/f', 'a'),
      read('a', 0, 10),
      close('a'),
      open('/gone', 'b', O_RDWR | O_CREAT),
      close('b'),
      stat('/nothing'),
    ],
  },
  {
    title: 'symbolic links, not cached',
    init: { cacheSymlinks: false },
    setup: (server) => {
      server.add('/d/f', 'abc')
      server.add('/l', { to: 'd' })
    },
    steps: [named('readlink', '/l'), named('readlink', '/l'), stat('/l/f'), stat('/l/f'), named('lstat', '/l')],
  },
  {
    title: 'an open file that is removed, and its forgetting',
    setup: (server) => {
      server.add('/f', 'abc')
      server.add('/g', 'x')
    },
    steps: [
      open('/f', 'a', O_RDWR),
      named('unlink', '/f'),
      { do: { op: 'fstat', file: 'a' } },
      read('a', 0, 3),
      { do: { op: 'write', file: 'a', offset: 3, data: 'more' } },
      { do: { op: 'ftruncate', file: 'a', size: 2 } },
      { do: { op: 'fstat', file: 'a' } },
      close('a'),
      open('/g', 'b'),
      { do: { op: 'rename', path: '/g', to: '/h' } },
      { do: { op: 'fstat', file: 'b' } },
      close('b'),
    ],
  },
  {
    title: 'renames: onto, into, and what cannot be',
    setup: (server) => {
      server.add('/a', 'A')
      server.add('/b', 'B')
      server.add('/d/e', null)
      server.add('/x', null)
    },
    steps: [
      { do: { op: 'rename', path: '/a', to: '/b' } },
      stat('/a'),
      stat('/b'),
      { do: { op: 'rename', path: '/d', to: '/d/e/f' } },
      { do: { op: 'rename', path: '/d/e', to: '/d' } },
      { do: { op: 'rename', path: '/b', to: '/d' } },
      { do: { op: 'rename', path: '/d', to: '/b' } },
      { do: { op: 'rename', path: '/b', to: '/b' } },
      { do: { op: 'rename', path: '/d/e', to: '/x' } },
      stat('/x'),
      stat('/d/e'),
      { do: { op: 'rename', path: '/b', to: '/x/b' } },
      stat('/x/b'),
      { do: { op: 'link', path: '/x/b', to: '/l' } },
      { do: { op: 'rename', path: '/x/b', to: '/l' } },
    ],
  },
]
