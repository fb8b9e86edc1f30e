import type { Scenario } from '../language.js'
import { expireEntry, incEpoch, invalEntry, invalInode, store } from '../notices.js'
import { close, fstat, open, read, start, stat, O_RDWR, text } from './steps.js'

const keep = { keepCache: true }

export const WAITING: readonly Scenario[] = [
  {
    title: 'INVAL_INODE and STORE wait for a READ',
    // Reader and notification race for the page once it is unlocked.
    ignore: ['READ'],
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(8192))
    },
    steps: [
      open('/f', 'a'),
      { hold: 'READ' },
      { do: { op: 'read', file: 'a', offset: 0, length: 100 }, start: 'reading' },
      { notify: invalInode('/f', 0, 0), start: 'invalidating' },
      { release: 'READ' },
      { join: 'reading' },
      { join: 'invalidating' },
      read('a', 0, 100),
      { notify: invalInode('/f', 0, 0) },
      { hold: 'READ' },
      { do: { op: 'read', file: 'a', offset: 0, length: 100 }, start: 'reading' },
      { notify: store('/f', 200, text(50, 3)), start: 'storing' },
      { release: 'READ' },
      { join: 'reading' },
      { join: 'storing' },
      read('a', 180, 100),
      close('a'),
    ],
  },
  {
    title: 'INVAL_ENTRY waits for a first LOOKUP, and new lookups wait behind it',
    setup: (server) => {
      server.add('/d/f', '')
      server.add('/d/g', '')
    },
    steps: [
      stat('/d/f'),
      { hold: 'LOOKUP' },
      start('new', { op: 'stat', path: '/d/new' }),
      { notify: invalEntry('/d', 'whatever'), start: 'invalidating' },
      start('other', { op: 'stat', path: '/d/g' }),
      stat('/d/f'),
      { release: 'LOOKUP' },
      { join: 'new' },
      { join: 'invalidating' },
      { join: 'other' },
    ],
  },
  {
    title: 'EXPIRE is lost to a revalidation, INVAL_ENTRY is not',
    setup: (server) => {
      server.add('/f', '')
    },
    steps: [
      stat('/f'),
      { notify: expireEntry('/', 'f') },
      { hold: 'LOOKUP' },
      start('asking', { op: 'stat', path: '/f' }),
      { notify: expireEntry('/', 'f') },
      { release: 'LOOKUP' },
      { join: 'asking' },
      stat('/f'),
      { notify: expireEntry('/', 'f') },
      { hold: 'LOOKUP' },
      start('asking', { op: 'stat', path: '/f' }),
      { notify: invalEntry('/', 'f') },
      { release: 'LOOKUP' },
      { join: 'asking' },
      stat('/f'),
      stat('/f'),
    ],
  },
  {
    title: 'a GETATTR that INVAL_INODE overtakes is not cached',
    setup: (server) => {
      server.add('/f', 'abc')
    },
    steps: [
      stat('/f'),
      { notify: invalInode('/f', -1, 0) },
      { hold: 'GETATTR' },
      start('asking', { op: 'stat', path: '/f' }),
      { change: (server) => void (server.find('/f')!.data = Buffer.from('changed')) },
      { notify: invalInode('/f', -1, 0) },
      { release: 'GETATTR' },
      { join: 'asking' },
      stat('/f'),
      stat('/f'),
    ],
  },
  {
    title: 'a LOOKUP that the epoch overtakes is of the old one',
    setup: (server) => {
      server.add('/f', 'abc')
    },
    steps: [
      { hold: 'LOOKUP' },
      start('asking', { op: 'stat', path: '/f' }),
      { notify: incEpoch },
      { release: 'LOOKUP' },
      { join: 'asking' },
      stat('/f'),
      stat('/f'),
    ],
  },
  {
    title: 'an open without KEEP_CACHE waits for a READ',
    ignore: ['READ'],
    setup: (server) => {
      server.add('/f', text(100))
    },
    steps: [
      open('/f', 'a'),
      { hold: 'READ' },
      { do: { op: 'read', file: 'a', offset: 0, length: 10 }, start: 'reading' },
      start('opening', { op: 'open', path: '/f', flags: 0, file: 'b' }),
      { release: 'READ' },
      { join: 'reading' },
      { join: 'opening' },
      close('a'),
    ],
  },
  {
    title: 'who looks for the same name shares the answer',
    setup: (server) => {
      server.add('/f', '')
    },
    steps: [
      { hold: 'LOOKUP' },
      start('one', { op: 'stat', path: '/f' }),
      start('two', { op: 'stat', path: '/f' }),
      { release: 'LOOKUP' },
      { join: 'one' },
      { join: 'two' },
    ],
  },
  {
    title: 'without PARALLEL_DIROPS lookups of a directory come one at a time',
    init: { parallelDirectoryOps: false },
    setup: (server) => {
      server.add('/a', '')
      server.add('/b', '')
    },
    steps: [
      { hold: 'LOOKUP' },
      start('one', { op: 'stat', path: '/a' }),
      start('two', { op: 'stat', path: '/b' }),
      { release: 'LOOKUP' },
      { join: 'one' },
      { join: 'two' },
    ],
  },
  {
    title: 'a chmod that is not answered: what waits for it',
    setup: (server) => {
      server.add('/d/f', 'abc')
    },
    steps: [
      open('/d/f', 'a', O_RDWR),
      { hold: 'SETATTR' },
      start('changing', { op: 'chmod', path: '/d/f', mode: 0o600 }),
      start('writing', { op: 'open', path: '/d/f', flags: O_RDWR, file: 'x' }),
      { do: { op: 'write', file: 'a', offset: 0, data: 'X' }, start: 'more' },
      { notify: invalInode('/d/f', 0, 0) },
      { release: 'SETATTR' },
      { join: 'changing' },
      { join: 'more' },
      fstat('a'),
      close('a'),
    ],
  },
]
