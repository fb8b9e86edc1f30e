import type { Scenario } from '../language.js'
import {
  close,
  fstat,
  fsync,
  open,
  read,
  stat,
  write,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  text,
} from './steps.js'

const keep = { keepCache: true }

export const WRITING: readonly Scenario[] = [
  {
    title: 'writing through: pages, parts of pages, and reading them back',
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(20_000))
    },
    steps: [
      open('/f', 'a', O_RDWR),
      write('a', 100, 'hello'),
      read('a', 90, 30),
      write('a', 100, 'again'),
      read('a', 90, 30),
      write('a', 8192, text(4096, 5)),
      read('a', 8192, 4096),
      write('a', 4000, text(9000, 7)),
      read('a', 0, 20_000),
      write('a', 30_000, 'far'),
      fstat('a'),
      read('a', 19_990, 20_000),
      close('a'),
    ],
  },
  {
    title: 'a max_write that is no multiple of a page',
    init: { maxWrite: 5000 },
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', '')
    },
    steps: [
      open('/f', 'a', O_RDWR),
      write('a', 0, text(8192)),
      write('a', 10, text(12_000)),
      read('a', 0, 20_000),
      close('a'),
    ],
  },
  {
    title: 'without BIG_WRITES',
    init: { bigWrites: false },
    setup: (server) => {
      server.add('/f', '')
    },
    steps: [open('/f', 'a', O_RDWR), write('a', 100, text(9000)), close('a')],
  },
  {
    title: 'short writes, and writes that fail',
    setup: (server) => {
      server.openFlags = keep
      server.writeLimit = 5000
      server.add('/f', text(10_000))
    },
    steps: [
      open('/f', 'a', O_RDWR),
      read('a', 0, 10_000),
      write('a', 0, text(10_000, 3)),
      read('a', 0, 10_000),
      { change: (server) => void (server.writeLimit = 0) },
      write('a', 0, text(100, 3)),
      { change: (server) => void server.errors.set('write', 'ENOSPC') },
      write('a', 0, text(100, 3)),
      read('a', 0, 100),
      close('a'),
    ],
  },
  {
    title: 'O_TRUNC by SETATTR',
    setup: (server) => {
      server.add('/f', text(100))
    },
    steps: [stat('/f'), open('/f', 'a', O_WRONLY | O_TRUNC), fstat('a'), write('a', 0, 'new'), close('a'), stat('/f')],
  },
  {
    title: 'O_TRUNC by OPEN',
    init: { atomicTruncate: true },
    setup: (server) => {
      server.openFlags = keep
      server.open = () => {
        server.find('/f')!.data = new Uint8Array(0)
        return { fh: 1, ...keep }
      }
      server.add('/f', text(100))
    },
    steps: [stat('/f'), open('/f', 'a', O_RDWR | O_TRUNC), fstat('a'), read('a', 0, 10), close('a')],
  },
  {
    title: 'truncating, longer and shorter',
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(10_000))
    },
    steps: [
      open('/f', 'a', O_RDWR),
      read('a', 0, 10_000),
      { do: { op: 'ftruncate', file: 'a', size: 5000 } },
      fstat('a'),
      read('a', 0, 10_000),
      { do: { op: 'ftruncate', file: 'a', size: 9000 } },
      read('a', 0, 10_000),
      { do: { op: 'ftruncate', file: 'a', size: 9000 } },
      read('a', 0, 100),
      close('a'),
    ],
  },
  {
    title: 'appending and creating',
    setup: (server) => {
      server.add('/f', 'abc')
    },
    steps: [
      open('/f', 'a', O_WRONLY | O_APPEND),
      write('a', 0, 'def'),
      close('a'),
      open('/g', 'b', O_RDWR | O_CREAT),
      write('b', 0, 'first'),
      read('b', 0, 10),
      close('b'),
      open('/g', 'c', O_RDWR | O_CREAT),
      read('c', 0, 10),
      close('c'),
      stat('/g'),
    ],
  },
  {
    title: 'WRITEBACK_CACHE: sizes, times, fsync, close',
    init: { writebackCache: true },
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', text(5000))
    },
    steps: [
      open('/f', 'a', O_RDWR),
      write('a', 10, 'hello'),
      write('a', 8192, text(4096, 3)),
      fstat('a'),
      stat('/f'),
      fsync('a'),
      fsync('a'),
      read('a', 0, 20_000),
      write('a', 20_000, 'far'),
      { do: { op: 'chmod', path: '/f', mode: 0o600 } },
      stat('/f'),
      // The kernel's clock for times of files stands still for some milliseconds.
      { pauseMs: 50 },
      write('a', 0, 'again'),
      close('a'),
      stat('/f'),
    ],
  },
  {
    title: 'WRITEBACK_CACHE: a late error is told once',
    init: { writebackCache: true },
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', '')
    },
    steps: [
      open('/f', 'a', O_RDWR),
      write('a', 0, 'hello'),
      { change: (server) => void server.errors.set('write', 'ENOSPC') },
      fsync('a'),
      fsync('a'),
      write('a', 0, 'again'),
      close('a'),
    ],
  },
  {
    title: 'WRITEBACK_CACHE: truncating',
    init: { writebackCache: true },
    setup: (server) => {
      server.openFlags = keep
      server.add('/f', '')
    },
    steps: [
      open('/f', 'a', O_RDWR),
      write('a', 0, text(10_000)),
      { do: { op: 'ftruncate', file: 'a', size: 100 } },
      fstat('a'),
      { do: { op: 'ftruncate', file: 'a', size: 5000 } },
      read('a', 0, 10_000),
      close('a'),
    ],
  },
]
