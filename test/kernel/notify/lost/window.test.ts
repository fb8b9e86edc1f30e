import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { test, type TestContext } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import { cannotMount } from '../../../helpers/needs.js'
import { O } from '../../../helpers/posix/constants.js'
import type { Client } from '../client/client.js'
import { LANES, Scripted } from '../scripted.js'
import type { Action } from '../server/messages.js'

/*
 * The reply is written; before the caller has taken it in, the source changes and the notification goes out. The kernel
 * does not know the object yet. A busy loop on the client's CPU makes that window wide.
 */

const NEW = 'new content'
const TRIES = 20
const MOST_TRIES = 600
const LIMIT_MS = 60_000
const options = { skip: cannotMount(), timeout: 4 * LIMIT_MS }

interface Try {
  readonly client: Client
  readonly path: string
  /** A directory of this try's own. */
  readonly dir: string
}

interface Kind {
  readonly op: string
  /** The name that it is about, where the directory is asked for too. */
  readonly name?: string
  /** Whether the object is there before: else the next that is made is it. */
  readonly exists: boolean
  readonly ask: (c: Try) => Promise<unknown>
  /** Whether the kernel cannot know the object when it is told. */
  readonly isUnknown: boolean
}

const stat = ({ client, path }: Try) => client.call('stat', path)

const KINDS: Readonly<Record<string, Kind>> = {
  LOOKUP: { op: 'lookup', name: 'f', exists: true, ask: stat, isUnknown: true },
  READDIRPLUS: {
    op: 'readdirplus',
    exists: true,
    ask: ({ client, dir }) => client.call('list', dir),
    isUnknown: true,
  },
  CREATE: {
    op: 'create',
    exists: false,
    ask: ({ client, path }) => client.call('open', path, O.CREAT | O.RDWR),
    isUnknown: true,
  },
  MKNOD: {
    op: 'mknod',
    exists: false,
    ask: ({ client, path }) => client.call('mknod', path, 0o100644),
    isUnknown: true,
  },
  SYMLINK: {
    op: 'symlink',
    exists: false,
    ask: ({ client, path }) => client.call('symlink', 'old', path),
    isUnknown: true,
  },
  GETATTR: { op: 'getattr', exists: true, ask: statTwice, isUnknown: false },
  SETATTR: {
    op: 'setattr',
    exists: true,
    ask: ({ client, path }) => client.call('chmod', path, 0o600),
    isUnknown: false,
  },
  LINK: {
    op: 'link',
    exists: true,
    ask: ({ client, path, dir }) => client.call('link', path, `${dir}/another`),
    isUnknown: false,
  },
  READ: {
    op: 'read',
    exists: true,
    ask: ({ client, path }) => client.call('readFile', path),
    isUnknown: false,
  },
  OPEN: {
    op: 'open',
    exists: true,
    ask: async ({ client, path }) => {
      await client.call('readFile', path)
      return client.call('readFile', path)
    },
    isUnknown: false,
  },
}

/** The second asks with GETATTR, since reading made a time stale. */
async function statTwice({ client, path }: Try): Promise<unknown> {
  await client.call('readFile', path)
  return client.call('stat', path)
}

for (const via of LANES) {
  for (const plus of [false, true]) {
    test(`nothing is stale: ${via}${plus ? ', READDIRPLUS' : ''}`, options, async (t) => {
      const server = await Scripted.start(t, { via, plus })
      const free = await server.client()
      const hindered = await hinderedClient(t, server)
      for (const [name, kind] of Object.entries(KINDS).filter(([each]) => (each === 'READDIRPLUS') === plus)) {
        await t.test(name, { timeout: LIMIT_MS }, async () => {
          const [first, second] = [await tries(server, free, kind), await tries(server, hindered, kind)]
          t.diagnostic(`${name} by ${via}: sent again ${first}; with a busy loop in the way ${second}`)
        })
      }
    })
  }
}

test('without the notifier some are stale', options, async (t) => {
  const server = await Scripted.start(t, { via: 'io_uring' })
  const client = await hinderedClient(t, server)
  let stale = 0
  let count = 0
  for (; count < TRIES || (stale === 0 && count < MOST_TRIES); count += 1) {
    const { dir, path, node } = await prepare(server, KINDS['LOOKUP']!)
    const after: Action[] = [{ tree: 'write', args: [`${dir}/f`, NEW] }, { raw: node }]
    const rule = await server.rule({ op: 'lookup', name: 'f', times: 1, after })
    await client.call('stat', path)
    await rule.release()
    if ((await client.call('stat', path)).size !== NEW.length) stale += 1
  }
  t.diagnostic(`INVAL_INODE as it is, right behind the reply: ${stale} of ${count} stale for ever`)
  assert.ok(stale > 0)
})

/** Tries, until the window was hit where that can be seen. Returns how often of how many. */
async function tries(server: Scripted, client: Client, kind: Kind): Promise<string> {
  const isHindered = client !== server.clients[0]
  const { retries: before } = await server.notifyStats()
  const most = isHindered && kind.isUnknown ? MOST_TRIES : TRIES
  let hits = 0
  let count = 0
  for (; count < TRIES || (hits === 0 && count < most); count += 1) {
    const { dir, path, node } = await prepare(server, kind)
    const [inval, call] = server.action('invalInode', node)
    const after: Action[] = [{ tree: 'write', args: [`${dir}/f`, NEW] }, inval]
    const rule = await server.rule({ op: kind.op, name: kind.name, times: 1, after })
    await kind.ask({ client, path, dir: server.at(dir) })
    await call.settled
    await rule.release()
    await assertNew(client, path, kind, `try ${count}`)
    hits = (await server.notifyStats()).retries - before
  }
  if (most === MOST_TRIES) assert.ok(hits > 0, 'the window was never hit')
  return `${hits} of ${count}`
}

async function hinderedClient(t: TestContext, server: Scripted): Promise<Client> {
  const client = await server.client()
  const cpu = availableParallelism() - 1
  const busy = fork(new URL('../client/busy.js', import.meta.url), [String(cpu)], { execArgv: [] })
  t.after(() => busy.kill('SIGKILL'))
  await once(busy, 'message')
  await client.call('pinBehind', cpu)
  return client
}

async function prepare(server: Scripted, { exists }: Kind) {
  const dir = `d${await server.ask<number>('lastMade')}`
  await server.directory(dir)
  const node = exists ? await server.file(`${dir}/f`, 'old') : (((await server.ask<number>('lastMade')) + 1) as NodeId)
  return { dir, node, path: server.at(`${dir}/f`) }
}

async function assertNew(client: Client, path: string, { op }: Kind, what: string): Promise<void> {
  const { size } = await client.call('lstat', path)
  assert.equal(size, NEW.length, what)
  const content = op === 'symlink' ? client.call('readlink', path) : client.call('readFile', path)
  assert.equal((await content).toString(), NEW, what)
}
