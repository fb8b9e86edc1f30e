import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIR, FILE, harness, LINK, OTHER, ROOT, SUB } from './harness.js'

/* Each verb sends the least that makes it right: what the kernel does not hold costs nothing. */

type Harness = Awaited<ReturnType<typeof harness>>

interface Case {
  /** What the kernel has seen. */
  readonly seen?: (h: Harness) => void
  readonly change: (h: Harness) => ReturnType<Harness['changes']['everything']>
  readonly sent: readonly string[]
  readonly outcome?: string
}

const nothing = { sent: [], outcome: 'not-cached' }
const bytes = Buffer.from('new')

const CASES: Readonly<Record<string, Case>> = {
  'modified: a path that the kernel never saw': { change: ({ changes }) => changes.modified('d/f'), ...nothing },
  'modified: a node that the kernel never saw': { change: ({ changes }) => changes.modified(FILE), ...nothing },
  'modified: a file of which nothing was read': {
    seen: looked,
    change: ({ changes }) => changes.modified('d/f'),
    sent: ['INVAL_INODE 3 attributes'],
  },
  'modified: a file that was read': {
    seen: read,
    change: ({ changes }) => changes.modified('/d/f'),
    sent: ['INVAL_INODE 3 0+end'],
  },
  'modified: by its node': {
    seen: read,
    change: ({ changes }) => changes.modified(FILE),
    sent: ['INVAL_INODE 3 0+end'],
  },
  'modified: by an object of the filesystem': {
    seen: read,
    change: ({ changes }) => changes.modified({ node: FILE }),
    sent: ['INVAL_INODE 3 0+end'],
  },
  'modified: the root': { change: ({ changes }) => changes.modified(''), sent: ['INVAL_INODE 1 attributes'] },
  'modified: attributes of a file that was read': {
    seen: read,
    change: ({ changes }) => changes.modified('d/f', { attributesOnly: true }),
    sent: ['INVAL_INODE 3 attributes'],
  },
  'modified: a range': {
    seen: read,
    change: ({ changes }) => changes.modified('d/f', { offset: 4096, length: 100 }),
    sent: ['INVAL_INODE 3 4096+100'],
  },
  'modified: no byte': {
    seen: read,
    change: ({ changes }) => changes.modified('d/f', { offset: 5, length: 0 }),
    sent: ['INVAL_INODE 3 attributes'],
  },
  'modified: a range, and the file became shorter': {
    seen: read,
    change: ({ changes }) => changes.modified('d/f', { offset: 0, length: 2, size: 8000 }),
    sent: ['INVAL_INODE 3 0+2', 'INVAL_INODE 3 8000+end'],
  },
  'modified: a range up to the end': {
    seen: read,
    change: ({ changes }) => changes.modified('d/f', { offset: 4, length: 4, size: 8 }),
    sent: ['INVAL_INODE 3 4+end'],
  },
  'modified: a size alone': {
    seen: read,
    change: ({ changes }) => changes.modified('d/f', { size: 4 }),
    sent: ['INVAL_INODE 3 0+end'],
  },
  'modified: bytes of a file that is open': {
    seen: (h) => (looked(h), h.open(FILE)),
    change: ({ changes }) => changes.modified('d/f', { offset: 1, data: bytes }),
    sent: ['INVAL_INODE 3 attributes', 'STORE 3 1+3'],
  },
  'modified: bytes of a file that was read lately': {
    seen: read,
    change: ({ changes }) => changes.modified('d/f', { data: bytes, size: 3 }),
    sent: ['INVAL_INODE 3 3+end', 'STORE 3 0+3'],
  },
  'modified: bytes of a file that nobody has read for long': {
    seen: (h) => (read(h), h.later(11_000)),
    change: ({ changes }) => changes.modified('d/f', { offset: 1, data: bytes }),
    sent: ['INVAL_INODE 3 1+3'],
  },
  'modified: bytes of a file that was never read': {
    seen: looked,
    change: ({ changes }) => changes.modified('d/f', { data: bytes }),
    sent: ['INVAL_INODE 3 attributes'],
  },
  'modified: bytes of a file that was open': {
    seen: (h) => (looked(h), h.open(FILE), h.close(FILE)),
    change: ({ changes }) => changes.modified('d/f', { data: bytes }),
    sent: ['INVAL_INODE 3 attributes'],
  },
  'modified: more bytes than are worth it': {
    seen: read,
    change: ({ changes }) => changes.modified('d/f', { data: Buffer.alloc(4 * 1024 * 1024 + 1) }),
    sent: [`INVAL_INODE 3 0+${4 * 1024 * 1024 + 1}`],
  },
  'modified: a file that the kernel has given back': {
    seen: (h) => (read(h), h.forget(FILE)),
    change: ({ changes }) => changes.modified('d/f'),
    ...nothing,
  },
  'modified: a file that was dropped, and not read again': {
    seen: (h) => (read(h), void h.changes.modified('d/f')),
    change: ({ changes }) => changes.modified('d/f'),
    sent: ['INVAL_INODE 3 attributes'],
  },
  'created: in a directory that the kernel never saw': {
    change: ({ changes }) => changes.created('d/new'),
    ...nothing,
  },
  'created: a name that nobody asked for': {
    seen: looked,
    change: ({ changes }) => changes.created('d/new'),
    sent: ['INVAL_INODE 2 attributes'],
  },
  'created: a name that the kernel knows not to exist': {
    seen: (h) => h.lookup(ROOT, 'd') ?? h.lookup(DIR, 'new'),
    change: ({ changes }) => changes.created('d', 'new'),
    sent: ['INVAL_ENTRY 2 new', 'INVAL_INODE 2 attributes'],
  },
  'created: in a directory whose listing is cached': {
    seen: (h) => (h.lookup(ROOT, 'd'), h.opendir(DIR), h.readdir(DIR)),
    change: ({ changes }) => changes.created(DIR, 'new'),
    sent: ['INVAL_ENTRY 2 .', 'INVAL_INODE 2 0+end'],
  },
  'created: in a directory whose listing may not be cached': {
    seen: (h) => ((h.fs.cacheDir = false), h.lookup(ROOT, 'd'), h.opendir(DIR), h.readdir(DIR)),
    change: ({ changes }) => changes.created('d/new'),
    sent: ['INVAL_INODE 2 attributes'],
  },
  'created: a name that the kernel holds: replaced, or made by itself': {
    seen: (h) => (read(h), h.later(3000)),
    change: ({ changes }) => changes.created('d/f'),
    sent: ['EXPIRE 2 f', 'INVAL_INODE 2 attributes', 'INVAL_INODE 3 0+end'],
  },
  'created: a name that is just being looked up': {
    seen: read,
    change: ({ changes }) => changes.created('d/f'),
    sent: ['INVAL_ENTRY 2 f', 'INVAL_INODE 2 attributes', 'INVAL_INODE 3 0+end'],
  },
  'removed: a name that the kernel never saw': {
    seen: (h) => h.lookup(ROOT, 'd'),
    change: ({ changes }) => changes.removed('d/f'),
    sent: ['INVAL_INODE 2 attributes'],
  },
  'removed: a name that the kernel knows not to exist': {
    seen: (h) => (h.lookup(ROOT, 'd'), h.lookup(DIR, 'none')),
    change: ({ changes }) => changes.removed('d/none'),
    sent: ['INVAL_INODE 2 attributes'],
  },
  'removed: a file': {
    seen: (h) => (looked(h), void h.fs.names.delete('2/f')),
    change: ({ changes }) => changes.removed('d/f'),
    sent: ['DELETE 2 f was 3', 'INVAL_INODE 2 attributes'],
  },
  'removed: a file that is another one by now': {
    seen: (h) => (looked(h), void h.fs.names.set('2/f', OTHER)),
    change: ({ changes }) => changes.removed('d/f'),
    sent: ['DELETE 2 f was 3', 'INVAL_INODE 2 attributes'],
  },
  'removed: a file that is there again': {
    seen: looked,
    change: ({ changes }) => changes.removed('d/f'),
    sent: ['INVAL_ENTRY 2 f', 'INVAL_INODE 2 attributes'],
  },
  'removed: a file that is there again, long after its name was looked up': {
    seen: (h) => (looked(h), h.later(3000)),
    change: ({ changes }) => changes.removed('d/f'),
    sent: ['EXPIRE 2 f', 'INVAL_INODE 2 attributes'],
  },
  'removed: a file that has another name': {
    seen: (h) => (h.fs.links.set(FILE, 2), looked(h), void h.fs.names.delete('2/f')),
    change: ({ changes }) => changes.removed(DIR, 'f'),
    sent: ['INVAL_ENTRY 2 f', 'INVAL_INODE 2 attributes', 'INVAL_INODE 3 attributes'],
  },
  'removed: a directory in which something is known': {
    seen: (h) => (
      h.lookup(ROOT, 'd'),
      h.lookup(DIR, 's'),
      h.fs.names.set('6/x', OTHER),
      h.lookup(SUB, 'x'),
      void h.fs.names.delete('2/s')
    ),
    change: ({ changes }) => changes.removed('d/s'),
    sent: ['DELETE 2 s was 6', 'INVAL_INODE 2 attributes', 'INVAL_INODE 4 attributes'],
  },
  'renamed: names that the kernel never saw': {
    seen: (h) => h.lookup(ROOT, 'd'),
    change: ({ changes }) => changes.renamed('d/f', 'd/h'),
    sent: ['INVAL_INODE 2 attributes'],
  },
  'renamed: a file': {
    seen: (h) => (looked(h), h.later(3000)),
    change: ({ changes }) => changes.renamed('d/f', [DIR, 'h']),
    sent: ['EXPIRE 2 f', 'INVAL_INODE 2 attributes', 'INVAL_INODE 3 attributes'],
  },
  'renamed: to a name that the kernel knows not to exist': {
    seen: (h) => (looked(h), h.lookup(DIR, 'h'), h.later(3000)),
    change: ({ changes }) => changes.renamed('d/f', 'd/h'),
    sent: ['EXPIRE 2 f', 'INVAL_ENTRY 2 h', 'INVAL_INODE 2 attributes', 'INVAL_INODE 3 attributes'],
  },
  'renamed: over a file': {
    seen: (h) => (
      looked(h),
      h.lookup(DIR, 'g'),
      h.later(3000),
      h.fs.names.delete('2/f'),
      void h.fs.names.set('2/g', FILE)
    ),
    change: ({ changes }) => changes.renamed('d/f', 'd/g'),
    sent: ['DELETE 2 g was 4', 'EXPIRE 2 f', 'INVAL_INODE 2 attributes', 'INVAL_INODE 3 attributes'],
  },
  'renamed: a new file, of which the kernel knows nothing, over one that it has': {
    seen: (h) => (looked(h), void h.fs.names.set('2/f', LINK)),
    change: ({ changes }) => changes.renamed('d/f.tmp', 'd/f'),
    sent: ['DELETE 2 f was 3', 'INVAL_INODE 2 attributes'],
  },
  'renamed: told of late, when the kernel has looked up the new name': {
    seen: (h) => (h.lookup(ROOT, 'd'), h.fs.names.set('2/h', FILE), h.lookup(DIR, 'h'), h.later(3000)),
    change: ({ changes }) => changes.renamed('d/f', 'd/h'),
    sent: ['EXPIRE 2 h', 'INVAL_INODE 2 attributes'],
  },
  'renamed through the mount, and told of again': {
    seen: (h) => (looked(h), h.later(3000), void h.rename(DIR, 'f', DIR, 'h')),
    change: ({ changes }) => changes.renamed('d/f', 'd/h'),
    sent: ['EXPIRE 2 h', 'INVAL_INODE 2 attributes'],
  },
  'removed through the mount, and told of again': {
    seen: (h) => (looked(h), void h.unlink(DIR, 'f')),
    change: ({ changes }) => changes.removed('d/f'),
    sent: ['INVAL_INODE 2 attributes'],
  },
  'a batch says once what its changes have in common': {
    seen: (h) => (h.lookup(ROOT, 'd'), h.lookup(DIR, 'x', 'y'), read(h)),
    change: ({ changes }) =>
      changes.batch((batch) => {
        batch.created('d/x')
        batch.created(DIR, 'y')
        batch.modified('d/f', { offset: 0, length: 10 })
        batch.modified(FILE, { offset: 10, length: 10 })
        batch.modified(DIR, { attributesOnly: true })
      }),
    sent: ['INVAL_ENTRY 2 x', 'INVAL_ENTRY 2 y', 'INVAL_INODE 2 attributes', 'INVAL_INODE 3 0+20'],
  },
  'a batch of nothing': { change: ({ changes }) => changes.batch(() => undefined), ...nothing },
}

function looked(h: Harness): void {
  h.lookup(ROOT, 'd')
  h.lookup(DIR, 'f')
}

function read(h: Harness): void {
  looked(h)
  h.read(FILE)
}

for (const [name, { seen, change, sent, outcome = 'applied' }] of Object.entries(CASES)) {
  test(name, async () => {
    const h = await harness()
    seen?.(h)
    assert.deepEqual(await h.sentFor(() => change(h)), { sent: [...sent], outcome })
  })
}
