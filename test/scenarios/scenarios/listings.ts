import type { Scenario } from '../language.js'
import { invalEntry, invalInode } from '../notices.js'
import { close, list, named, open, stat, O_CREAT, O_RDWR } from './steps.js'

const cached = { keepCache: true, cacheDir: true }

function many(count: number) {
  return (server: { add: (path: string, content: string) => unknown }) => {
    for (let i = 0; i < count; i += 1) server.add(`/d/name-${i}`, '')
  }
}

export const LISTINGS: readonly Scenario[] = [
  {
    title: 'listings, small and large',
    setup: many(1500),
    steps: [list('/'), list('/d'), list('/d'), stat('/d')],
  },
  {
    title: 'a cached listing, and what is changed here',
    setup: (server) => {
      server.opendirFlags = cached
      many(3)(server)
    },
    steps: [
      list('/d'),
      list('/d'),
      open('/d/new', 'a', O_RDWR | O_CREAT),
      close('a'),
      list('/d'),
      list('/d'),
      named('unlink', '/d/new'),
      list('/d'),
      { do: { op: 'rename', path: '/d/name-0', to: '/d/other' } },
      list('/d'),
      list('/d'),
    ],
  },
  {
    title: 'a cached listing, and notifications',
    setup: (server) => {
      server.opendirFlags = cached
      many(3)(server)
    },
    steps: [
      list('/d'),
      stat('/d/name-1'),
      { change: (server) => void server.add('/d/more', '') },
      { notify: invalEntry('/d', 'more') },
      list('/d'),
      { notify: invalInode('/d', -1, 0) },
      list('/d'),
      { notify: invalInode('/d', 0, 0) },
      list('/d'),
      { change: (server) => void server.add('/d/again', '') },
      { notify: invalEntry('/d', 'name-1') },
      list('/d'),
      list('/d'),
    ],
  },
  {
    title: 'CACHE_DIR alone',
    setup: (server) => {
      server.opendirFlags = { cacheDir: true }
      many(3)(server)
    },
    steps: [list('/d'), list('/d')],
  },
  {
    title: 'a cached listing with AUTO_INVAL_DATA',
    init: { autoInvalidateData: true },
    setup: (server) => {
      server.opendirFlags = cached
      server.attrTimeoutMs = 0
      many(3)(server)
    },
    steps: [
      list('/d'),
      list('/d'),
      {
        change: (server) => {
          server.add('/d/more', '')
          server.find('/d')!.mtime = 9
        },
      },
      list('/d'),
      list('/d'),
    ],
  },
  {
    title: 'READDIRPLUS always',
    init: { readdirplus: true, readdirplusAuto: false },
    setup: many(300),
    steps: [list('/d'), stat('/d/name-7'), list('/d'), named('unlink', '/d/name-7'), list('/d')],
  },
  {
    title: 'READDIRPLUS when it is of use',
    init: { readdirplus: true, readdirplusAuto: true },
    setup: many(600),
    steps: [list('/d'), list('/d'), stat('/d/name-7'), stat('/d/name-8'), list('/d'), list('/d')],
  },
  {
    title: 'READDIRPLUS shows a name as another object',
    init: { readdirplus: true, readdirplusAuto: false },
    setup: many(2),
    steps: [
      stat('/d/name-0'),
      open('/d/name-1', 'a'),
      {
        change: (server) => {
          server.find('/d')!.children.clear()
          server.add('/d/name-0', 'fresh')
          server.add('/d/name-1', 'fresh too')
        },
      },
      list('/d'),
      stat('/d/name-0'),
      stat('/d/name-1'),
      { do: { op: 'fstat', file: 'a' } },
      close('a'),
    ],
  },
  {
    title: 'ENOSYS to OPENDIR',
    setup: (server) => {
      server.errors.set('opendir', 'ENOSYS')
      many(3)(server)
    },
    steps: [list('/d'), list('/d'), list('/')],
  },
]
