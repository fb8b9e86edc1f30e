import type { Scenario } from '../language.js'
import { close, fstat, open, read, stat, text } from './steps.js'

export const DATA: readonly Scenario[] = [
  {
    title: 'reads go up to the page of the end',
    setup: (server) => {
      server.openFlags = { keepCache: true }
      server.add('/f', text(5000))
      server.add('/empty', '')
    },
    steps: [
      open('/f', 'a'),
      read('a', 0, 100),
      read('a', 4000, 2000),
      read('a', 5000, 10),
      read('a', 9000, 10),
      open('/empty', 'b'),
      read('b', 0, 10),
      close('a'),
      close('b'),
    ],
  },
  {
    title: 'read-ahead of a program that reads on and on',
    setup: (server) => {
      server.openFlags = { keepCache: true }
      server.add('/f', text(600_000))
    },
    steps: [open('/f', 'a'), ...Array.from({ length: 24 }, (_, i) => read('a', i * 8192, 8192)), close('a')],
  },
  {
    title: 'read-ahead of large and of scattered reads',
    setup: (server) => {
      server.openFlags = { keepCache: true }
      server.add('/f', text(2_000_000))
    },
    steps: [
      open('/f', 'a'),
      read('a', 1_000_000, 4096),
      read('a', 500_000, 20_000),
      read('a', 1_500_000, 300_000),
      read('a', 520_000, 10_000),
      read('a', 0, 65_536),
      read('a', 65_536, 65_536),
      read('a', 131_072, 65_536),
      close('a'),
    ],
  },
  {
    title: 'no read-ahead',
    init: { maxReadahead: 0 },
    setup: (server) => {
      server.add('/f', text(20_000))
    },
    steps: [open('/f', 'a'), read('a', 0, 10_000), read('a', 0, 20_000), close('a')],
  },
  {
    title: 'a small window, and READs that are no larger than max_pages',
    init: { maxReadahead: 16_384, maxWrite: 8192, maxPages: 2 },
    setup: (server) => {
      server.add('/f', text(100_000))
    },
    steps: [open('/f', 'a'), read('a', 0, 4096), read('a', 4096, 30_000), read('a', 60_000, 10_000), close('a')],
  },
  {
    title: 'KEEP_CACHE or not',
    setup: (server) => {
      server.add('/f', text(100))
    },
    steps: [
      open('/f', 'a'),
      read('a', 0, 10),
      open('/f', 'b'),
      read('b', 0, 10),
      { change: (server) => void (server.openFlags = { keepCache: true }) },
      open('/f', 'c'),
      read('c', 0, 10),
      close('a'),
      close('b'),
      close('c'),
    ],
  },
  {
    title: 'a short answer says where the file ends',
    setup: (server) => {
      server.openFlags = { keepCache: true }
      server.add('/f', text(20_000))
    },
    steps: [
      stat('/f'),
      { change: (server) => void (server.find('/f')!.data = Buffer.from(text(100))) },
      open('/f', 'a'),
      read('a', 0, 20_000),
      fstat('a'),
      close('a'),
    ],
  },
  {
    title: 'DIRECT_IO',
    setup: (server) => {
      server.openFlags = { directIo: true }
      server.add('/f', text(1000))
    },
    steps: [
      open('/f', 'a', 2),
      read('a', 10, 20),
      read('a', 10, 20),
      read('a', 990, 50),
      { do: { op: 'write', file: 'a', offset: 5, data: 'hello' } },
      read('a', 0, 20),
      stat('/f'),
      close('a'),
    ],
  },
  {
    title: 'READ fails, then not',
    setup: (server) => {
      server.errors.set('read', 'ENODATA')
      server.add('/f', text(100))
    },
    steps: [
      open('/f', 'a'),
      read('a', 0, 10),
      { change: (server) => server.errors.clear() },
      read('a', 0, 10),
      close('a'),
    ],
  },
]
