import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { cannotMount } from '../../../helpers/needs.js'
import type { Client } from '../client/client.js'
import { Scripted, type Call } from '../scripted.js'
import type { Action, Rule } from '../server/messages.js'
import { COLUMNS, NEVER, PAGE, type Column, type Nodes } from './columns.js'
import { ROWS, SETTINGS, type Case, type Row } from './rows.js'

/* Runs the table: one request held, one notification sent, and everything else goes on. */

const SOON_MS = 5000
type From = 'inside' | 'outside'

interface Bench {
  readonly server: Scripted
  readonly client: Client
  /** Who has nothing to do with it, and must never wait. */
  readonly bystander: Client
  readonly u: Pick<Nodes, 'u' | 'uFile'>
  cases: number
}

/** Runs every row for one way of sending. */
export function deadlockTable(via: 'io_uring' | 'threads'): void {
  for (const [settings, options] of Object.entries(SETTINGS)) {
    const rows = Object.entries(ROWS).filter(([, row]) => (row.settings ?? 'plain') === settings)
    test(settings, { skip: cannotMount(), timeout: 120_000 }, async (t) => {
      const server = await Scripted.start(t, { ...options, via })
      const [client, bystander] = [await server.client(), await server.client()]
      const u = await server.directory('u')
      const uFile = await server.file('u/file', 'unrelated')
      await bystander.call('readFile', server.at('u/file'))
      const bench = { server, client, bystander, u: { u, uFile }, cases: 0 }
      for (const [name, row] of rows) await runRow(t, bench, name, row)
      assert.deepEqual(server.faults, [])
    })
  }
}

async function runRow(t: TestContext, bench: Bench, name: string, row: Row): Promise<void> {
  await t.test(name, { timeout: 60_000 }, async () => {
    for (const from of ['outside', 'inside'] as const) {
      await runCase(bench, row, from, NEVER, `${name}, ${from}: what never waits`)
      const waited: string[] = []
      for (const column of Object.keys(COLUMNS) as Column[]) {
        const expected = row.waits.includes(column)
        if (await runCase(bench, row, from, [COLUMNS[column]], `${name}, ${from}: ${column}`, expected)) {
          waited.push(column)
        }
      }
      assert.deepEqual(
        waited,
        Object.keys(COLUMNS).filter((column) => row.waits.includes(column as Column)),
        from,
      )
    }
  })
}

type Notification = (typeof NEVER)[number]

/** Whether any of the notifications waited for the held request. */
async function runCase(
  bench: Bench,
  row: Row,
  from: From,
  notifications: readonly Notification[],
  what: string,
  expected = false,
): Promise<boolean> {
  const { server, client, bystander } = bench
  const c = await makeCase(bench, row, from, notifications)
  const { hold, done } = await row.start(c.case)
  done.catch(() => undefined)
  await soon(hold.arrived(), `${what}: the request did not come`)
  if (from === 'outside') void server.act(...c.actions)
  await soon(lookUnrelated(bench), `${what}: an unrelated request was held up`)
  const all = Promise.allSettled(c.calls.map(({ settled }) => settled))
  // What waits does so in the kernel; what does not is taken soon.
  if (expected) await Promise.race([server.blocked(), all, timeout(SOON_MS)])
  else await Promise.race([all, timeout(SOON_MS)])
  const { waiting } = await server.notifyStats()
  const waited = c.calls.some(({ isSettled }) => !isSettled())
  if (waited) assert.ok(waiting > 0, `${what}: it waits, but not in the kernel`)
  await hold.release()
  await soon(all, `${what}: the notification did not end when the request was answered`)
  await soon(
    done.catch(() => undefined),
    `${what}: the caller did not go on`,
  )
  // The client's own close and the like, before the next case.
  await soon(client.call('exists', server.path), `${what}: the client is stuck`)
  await soon(bystander.call('exists', server.path), `${what}: the bystander is stuck`)
  return waited
}

async function makeCase(bench: Bench, row: Row, from: From, notifications: readonly Notification[]) {
  const { server, client, u } = bench
  bench.cases += 1
  const p = `p${bench.cases}`
  const content = Buffer.alloc(8 * PAGE, 'f')
  const nodes: Nodes = {
    p: await server.directory(p),
    d: await server.directory(`${p}/d`),
    x: await server.directory(`${p}/x`),
    e: await server.directory(`${p}/d/e`),
    f: await server.file(`${p}/d/f`, content),
    g: await server.file(`${p}/d/g`, content),
    l: await server.tree('add', `${p}/d/l`, 'symlink', 'target'),
    ...u,
  }
  const at = (path: string) => server.at(`${p}/${path}`)
  for (const path of ['d/e', 'x', 'd/g', 'd/l']) await client.call('lstat', at(path))
  const made = notifications.map((notification) => {
    return (server.action as (...args: readonly unknown[]) => [Action, Call])(...notification(nodes))
  })
  const actions = made.map(([action]) => action)
  const hold = (options: Partial<Rule> = {}) => {
    return server.hold(row.op, from === 'inside' ? { ...options, inside: actions } : options)
  }
  const one: Case = { server, client, nodes, at, hold }
  return { case: one, actions, calls: made.map(([, call]) => call) }
}

/** Requests of another file in another directory are answered. */
async function lookUnrelated({ server, bystander, cases }: Bench): Promise<void> {
  for (let i = 0; i < 3; i += 1) await bystander.call('exists', server.at(`u/none-${cases}-${i}`))
}

async function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = timeout(SOON_MS).then(() => {
    throw new Error(what)
  })
  return Promise.race([promise, late])
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
