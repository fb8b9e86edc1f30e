import assert from 'node:assert/strict'
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { findMount } from '#src/kernel/mountinfo.js'
import { free } from '../helpers/free.js'
import { cannotMount } from '../helpers/needs.js'
import { threadsOf, until } from '../helpers/processes.js'
import { fromEnvironment, Random } from '../helpers/random.js'
import { isRunning } from '../helpers/wedge.js'

/* Servers that are killed at any moment of a storm of notifications, while clients use the mount. */

const KILLS = 25
/** What users are promised, after a kill. */
const LIMIT_MS = 3000
/** Opens, reads, looks up, changes, without end: what it gets does not matter, but that it gets it. */
const CLIENT = 'while :; do for i in 0 1 2 3 4 5 6 7; do cat "$0/$i"; chmod 600 "$0/$i"; stat "$0/x$i"; done; done'

for (const lane of ['io_uring', 'threads'] as const) {
  test(`${KILLS} SIGKILLs in a storm leave nothing (${lane})`, { skip: cannotMount(), timeout: 200_000 }, async (t) => {
    const seed = fromEnvironment('STORM_SEED', Math.floor(Math.random() * 2 ** 31))
    t.diagnostic(`STORM_SEED=${seed}`)
    const random = new Random(seed)
    let slowest = 0
    for (let kill = 0; kill < KILLS; kill += 1) slowest = Math.max(slowest, await storm(t, lane, random.below(150)))
    t.diagnostic(`free after ${Math.round(slowest)} ms at the latest`)
  })
}

/** One server, killed `afterMs` after clients began. Returns how long it took until nothing was left of it, in ms. */
async function storm(t: TestContext, lane: string, afterMs: number): Promise<number> {
  const parent = mkdtempSync(join(tmpdir(), 'fusewire-storm-'))
  const path = join(parent, 'mnt')
  mkdirSync(path)
  const server = fork(new URL('servers/storm.js', import.meta.url), [path, lane])
  const clients: ChildProcess[] = []
  const clean = () => {
    server.kill('SIGKILL')
    free(path)
    for (const client of clients) kill(client)
  }
  t.after(clean)
  assert.deepEqual(await once(server, 'message'), ['ready', undefined])
  for (let i = 0; i < 2; i += 1) clients.push(spawn('sh', ['-c', CLIENT, path], { stdio: 'ignore', detached: true }))
  await sleep(afterMs)
  server.kill('SIGKILL')
  const began = performance.now()
  await until(
    () => threadsOf(server.pid!).length === 0 && findMount(path) === undefined,
    () => `the server (${threadsOf(server.pid!).length} threads) and its mount are gone`,
    LIMIT_MS,
  )
  const tookMs = performance.now() - began
  // Whoever was stuck in the mount would not die.
  clients.forEach(kill)
  await until(() => !clients.some(isRunning), 'the clients die when they are told to', LIMIT_MS)
  rmdirSync(path)
  rmdirSync(parent)
  return tookMs
}

/** With what it has started. */
function kill(client: ChildProcess): void {
  if (isRunning(client)) process.kill(-client.pid!, 'SIGKILL')
}
