import { createClient } from '#src/client/index.js'
import { MemoryFileSystem } from '#src/fs/memory/index.js'
import { Session } from '#src/server/session.js'
import { createPair } from '#src/transport/memory.js'
import { MemoryNotifyPort } from '#src/transport/memory-notify.js'

/* What runs in a browser, and anywhere: a memory filesystem, and a client of it that hears of changes behind its back. */

const NEVER = { entryTimeoutMs: Infinity, attrTimeoutMs: Infinity, negativeTimeoutMs: Infinity }

/** Does all of it, and answers what it has seen. */
export async function runEverywhere(): Promise<Record<string, unknown>> {
  const memory = new MemoryFileSystem({ sizeLimitBytes: 64 << 20 })
  const [ours, theirs] = createPair()
  const errors: string[] = []
  const session = new Session(theirs, memory, {
    defaults: { ...NEVER, keepCache: true, cacheDir: true },
    init: {},
    onError: (error) => errors.push(String(error)),
    notifyPort: new MemoryNotifyPort(theirs),
  })
  theirs.start(session)
  const client = createClient(ours)
  const { fs } = client

  await fs.mkdir('/notes/today', { recursive: true })
  await fs.writeFile('/notes/today/list', 'milk\nbread\n')
  await fs.symlink('today/list', '/notes/latest')
  await fs.appendFile('/notes/latest', 'ä✓')
  const text = await fs.readFile('/notes/latest', 'utf8')
  const hex = await fs.readFile('/notes/latest', 'hex')
  const names = (await fs.readdir('/', { recursive: true })).toSorted()
  const handle = await fs.open('/notes/today/list', 'r+')
  const lines: string[] = []
  for await (const line of handle.readLines({ start: 0, autoClose: false })) lines.push(line)
  const { ino, size } = await handle.stat()
  await fs.cp('/notes', '/copy', { recursive: true })
  await fs.rm('/copy', { recursive: true })
  const failed = await fs.readFile('/copy').catch((error: unknown) => (error as { code: string }).code)

  const cached = () => client.inspect().inodes.find(({ attr }) => attr.ino === ino)!
  const { nodeid } = cached()
  // The server hands over new bytes: they are read although nobody asks it.
  await session.notifier.store(nodeid, 0, new TextEncoder().encode('MILK'))
  const stored = await fs.readFile('/notes/today/list', 'latin1')
  await session.notifier.invalInode(nodeid)
  const pagesLeft = cached().pages.filter((page) => page.isValid).length
  const afresh = await fs.readFile('/notes/today/list', 'latin1')
  await handle.close()

  const { inodes, dentries } = client.inspect()
  const paths = dentries.filter((dentry) => dentry.nodeid !== undefined).map(({ path }) => path)
  const statistics = { inodes: inodes.length, paths: paths.toSorted() }
  await client.close()
  await session.closed
  return {
    text,
    hex,
    names,
    lines,
    size,
    failed,
    stored: stored.slice(0, 10),
    pagesLeft,
    afresh: afresh.slice(0, 10),
    statistics,
    errors,
  }
}

/** What it must have seen. */
export const EXPECTED: Readonly<Record<string, unknown>> = {
  text: 'milk\nbread\nä✓',
  hex: '6d696c6b0a62726561640ac3a4e29c93',
  names: ['notes', 'notes/latest', 'notes/today', 'notes/today/list'],
  lines: ['milk', 'bread', 'ä✓'],
  size: 16,
  failed: 'ENOENT',
  stored: 'MILK\nbread',
  pagesLeft: 0,
  afresh: 'milk\nbread',
  statistics: { inodes: 5, paths: ['/notes', '/notes/latest', '/notes/today', '/notes/today/list'] },
  errors: [],
}
