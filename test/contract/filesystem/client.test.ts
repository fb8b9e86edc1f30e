/** The contract on a memory filesystem through the client, with no kernel between: what memory.test.ts does with one. */
import { runContract } from './contract.js'
import { GROUPS } from './groups.js'
import type { Lacks } from './traits.js'

const lacks: Lacks = {
  collapseRange: 'no mode of FALLOCATE',
  exec: 'a client starts no programs',
  insertRange: 'no mode of FALLOCATE',
  mmapShared: 'a client has no memory maps',
  posixLocks: 'locks of a client belong to open files, as those of open file descriptions',
  sockets: 'nothing can be bound to a name on a client',
}

const NOT_OPENED = 'special files can be made and seen on a client, not opened'
const NO_PATH = 'the client has no calls relative to an open directory, so that its path must be short and there'
const NO_SIZE = 'a listing is read in portions of the client’s own size'

const except = {
  'copy-range: a fifo is EINVAL': NOT_OPENED,
  'directory-streams: a buffer for a single entry': NO_SIZE,
  'directory-streams: a buffer too small for the next entry is EINVAL and skips nothing': NO_SIZE,
  'fallocate: on a fifo is ESPIPE': NOT_OPENED,
  'mkdir-rmdir: deeper than a path can name': NO_PATH,
  'special-files: a fifo has no position: lseek and pread are ESPIPE': NOT_OPENED,
  'special-files: a nameless file gets a name': NO_PATH,
  'special-files: a nameless file over an existing name is EEXIST': NO_PATH,
  'special-files: bytes go through a fifo': NOT_OPENED,
  'special-files: bytes go through a fifo from process to process': NOT_OPENED,
  'unlink-link: an unlinked file reopens through its descriptor': NO_PATH,
}

/** What the client has no calls for at all. */
const MISSING = new Set(['mmap', 'text-busy'])
const groups = GROUPS.map(({ name }) => name).filter((name) => !MISSING.has(name))

for (const as of ['root', 'user'] as const)
  runContract({ name: 'the client', root: undefined, as, lacks, except, groups })
