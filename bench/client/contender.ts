import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createClient, type Client } from '#src/client/client.js'
import type { Notifier } from '#src/notify/notifier.js'
import { serve } from '#src/serve/serve.js'
import { createPair } from '#src/transport/memory.js'
import { connectSocket, type SocketKind } from '#src/transport/socket/index.js'
import { ROWS, type Row } from './rows.js'
import { storeOffset, Storer, toy } from './toy.js'

/*
 * A client in a process of its own, over one kind of transport: with a pair the server is in the same process, else in
 * another. Does what it is told for a moment, and answers how often, and how long it took.
 */

/** What it is told: which row, and for how long. */
export interface Turn {
  readonly row: number
  readonly milliseconds: number
}

/** What it answers. */
export interface Count {
  readonly times: number
  readonly ns: number
}

/** The number of the row that is none of {@link ROWS}: STOREs of a page, until the last one is seen. */
export const STORES = ROWS.length
const STORES_AT_ONCE = 500

interface Side {
  readonly client: Client
  readonly store: (times: number) => void
}

async function pairSide(): Promise<Side> {
  let notify: Notifier | undefined
  const [near, far] = createPair()
  serve(
    toy((given) => (notify = given)),
    far,
  )
  const storer = new Storer(() => notify!)
  return { client: createClient(near), store: (times) => storer.send(times) }
}

async function socketSide(kind: SocketKind, path: string): Promise<Side> {
  const server = fork(fileURLToPath(new URL('server.js', import.meta.url)), [path, kind])
  await once(server, 'message')
  return { client: createClient(await connectSocket(path, { kind })), store: (times) => void server.send(times) }
}

async function run(call: () => Promise<unknown>, { atOnce }: Row, milliseconds: number): Promise<Count> {
  let times = 0
  const start = process.hrtime.bigint()
  const until = performance.now() + milliseconds
  const one = async () => {
    while (performance.now() < until) {
      await call()
      times += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return { times, ns: Number(process.hrtime.bigint() - start) }
}

async function runStores({ client, store }: Side, milliseconds: number): Promise<Count> {
  const file = await client.fs.open('/cached')
  const seen = new DataView(new ArrayBuffer(4))
  const first = stored
  const start = process.hrtime.bigint()
  const until = performance.now() + milliseconds
  while (performance.now() < until) {
    stored += STORES_AT_ONCE
    store(STORES_AT_ONCE)
    do {
      await new Promise(setImmediate)
      await file.read(seen, 0, 4, storeOffset(stored))
    } while (seen.getUint32(0, true) !== stored)
  }
  const ns = Number(process.hrtime.bigint() - start)
  await file.close()
  return { times: stored - first, ns }
}

/** How many were sent in all turns. */
let stored = 0
const [kind, path] = process.argv.slice(2)
const side = kind === 'pair' ? await pairSide() : await socketSide(kind as SocketKind, path!)
await side.client.ready
const calls = await Promise.all(ROWS.map(({ prepare }) => prepare(side.client)))
process.on('message', ({ row, milliseconds }: Turn) => {
  const counted = row === STORES ? runStores(side, milliseconds) : run(calls[row]!, ROWS[row]!, milliseconds)
  void counted.then((count) => process.send?.(count))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
