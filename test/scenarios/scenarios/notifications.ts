import type { Scenario } from '../language.js'
import { deleted, expireEntry, incEpoch, invalEntry, invalInode, prune, retrieve, store } from '../notices.js'
import { close, fstat, list, named, open, read, stat, write, O_RDWR, text } from './steps.js'

const keep = { keepCache: true }

export const NOTIFICATIONS: readonly Scenario[] = [
  {
    title: 'INVAL_INODE by ranges',
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(16_384))
    },
    steps: [
      open('/f', 'a'),
      read('a', 0, 16_384),
      { notify: invalInode('/f', -1, 0) },
      read('a', 0, 16_384),
      fstat('a'),
      { notify: invalInode('/f', 4095, 2) },
      read('a', 0, 16_384),
      { notify: invalInode('/f', 12_288, -5) },
      read('a', 0, 16_384),
      { notify: invalInode('/f', 2 ** 40, 0) },
      read('a', 0, 16_384),
      { notify: invalInode('/f', 0, 0) },
      read('a', 0, 16_384),
      close('a'),
    ],
  },
  {
    title: 'INVAL_ENTRY and EXPIRE of files, directories and nothing',
    setup: (server) => {
      server.negativeTimeoutMs = Infinity
      server.add('/d/e/f', 'abc')
      server.add('/d/g', '')
    },
    steps: [
      stat('/d/e/f'),
      stat('/d/g'),
      stat('/d/no'),
      { notify: invalEntry('/d', 'no') },
      stat('/d/no'),
      { notify: invalEntry('/d', 'never') },
      { notify: expireEntry('/d', 'g') },
      stat('/d/g'),
      stat('/d'),
      { notify: invalEntry('/d', 'g') },
      stat('/d/g'),
      { notify: invalEntry('/', 'd') },
      stat('/d/e/f'),
      { notify: invalEntry('/d/g', 'x') },
    ],
  },
  {
    title: 'INVAL_ENTRY of what is in use',
    setup: (server) => {
      server.add('/d/f', 'abc')
    },
    steps: [
      open('/d/f', 'a', O_RDWR),
      { notify: invalEntry('/', 'd') },
      read('a', 0, 10),
      fstat('a'),
      stat('/d/f'),
      write('a', 0, 'X'),
      stat('/d/f'),
      close('a'),
    ],
  },
  {
    title: 'DELETE of a file that is open, and of one that is not',
    setup: (server) => {
      server.add('/f', 'abc')
      server.add('/g', 'abc')
    },
    steps: [
      open('/f', 'a'),
      stat('/g'),
      { notify: deleted('/', 'f', 2) },
      { notify: deleted('/', 'g', 3) },
      fstat('a'),
      read('a', 0, 10),
      stat('/f'),
      stat('/g'),
      close('a'),
      { notify: deleted('/', 'absent', 3) },
    ],
  },
  {
    title: 'DELETE that fails, and of a directory',
    setup: (server) => {
      server.add('/d/f', 'abc')
      server.add('/e', null)
    },
    steps: [
      open('/d/f', 'a'),
      { notify: deleted('/', 'd', 2) },
      stat('/d/f'),
      { notify: deleted('/d', 'f', 99) },
      stat('/d/f'),
      close('a'),
      stat('/e'),
      { notify: deleted('/', 'e', 4) },
      stat('/e'),
      list('/e'),
    ],
  },
  {
    title: 'STORE: whole pages, the end, parts, and beyond the end',
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(10_000))
    },
    steps: [
      open('/f', 'a'),
      { notify: store('/f', 0, text(4096, 3)) },
      read('a', 0, 4096),
      { notify: store('/f', 8192, text(1808, 5)) },
      read('a', 8192, 1808),
      { notify: store('/f', 5000, text(10, 7)) },
      read('a', 4990, 30),
      { notify: store('/f', 5000, text(10, 7)) },
      read('a', 4990, 30),
      fstat('a'),
      { notify: store('/f', 8192, text(5000, 9)) },
      read('a', 8192, 4000),
      fstat('a'),
      read('a', 8192, 4000),
      { notify: store('/f', 0, '') },
      { notify: store('/', 0, '') },
      close('a'),
    ],
  },
  {
    title: 'a STORE into a file that was opened without KEEP_CACHE lasts until the next open',
    setup: (server) => {
      server.add('/f', text(4096))
    },
    steps: [
      open('/f', 'a'),
      { notify: store('/f', 0, text(4096, 3)) },
      read('a', 0, 10),
      open('/f', 'b'),
      read('b', 0, 10),
      close('a'),
      close('b'),
    ],
  },
  {
    title: 'RETRIEVE',
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(12_288))
      server.add('/d', null)
    },
    steps: [
      open('/f', 'a'),
      { notify: retrieve('/f', 0, 100) },
      read('a', 0, 12_288),
      { notify: retrieve('/f', 0, 100_000) },
      { notify: invalInode('/f', 4096, 1) },
      { notify: retrieve('/f', 10, 100_000) },
      { notify: retrieve('/f', 4096, 10) },
      { notify: retrieve('/f', 100_000, 10) },
      { notify: retrieve('/f', 0, 0) },
      stat('/d'),
      { notify: retrieve('/d', 0, 10) },
      close('a'),
    ],
  },
  {
    title: 'INC_EPOCH',
    setup: (server) => {
      server.openFlags = keep
      server.negativeTimeoutMs = Infinity
      server.add('/d/f', text(100))
    },
    steps: [
      open('/d/f', 'a'),
      read('a', 0, 100),
      stat('/d/no'),
      { notify: incEpoch },
      read('a', 0, 100),
      stat('/d/f'),
      stat('/d/f'),
      stat('/d/no'),
      close('a'),
    ],
  },
  {
    title: 'PRUNE',
    setup: (server) => {
      server.openFlags = keep
      server.add('/d/e/f', text(100))
      server.add('/g', '')
    },
    steps: [
      stat('/d/e/f'),
      open('/g', 'a'),
      { notify: prune('/d', '/g') },
      stat('/d/e/f'),
      { notify: prune('/d/e/f', '/g') },
      stat('/d/e/f'),
      fstat('a'),
      stat('/g'),
      close('a'),
    ],
  },
  {
    title: 'notifications about what is not known',
    setup: (server) => {
      server.add('/f', '')
      server.add('/d/e', '')
    },
    steps: [
      { notify: invalInode('/f', 0, 0) },
      { notify: invalInode('/', 0, 0) },
      { notify: invalEntry('/d', 'e') },
      { notify: deleted('/d', 'e', 4) },
      { notify: store('/f', 0, 'x') },
      { notify: retrieve('/f', 0, 1) },
      { notify: prune('/f') },
      named('unlink', '/f'),
    ],
  },
]
