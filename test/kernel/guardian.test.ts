import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { test } from 'node:test'
import type { GuardianStatus } from '#src/kernel/guardian.js'
import { findMount } from '#src/kernel/mountinfo.js'
import { umountSync } from '#src/sys/mount.js'
import { cannotMount } from '../helpers/needs.js'
import { blockedThreads, stateOf, threadsOf, until } from '../helpers/processes.js'
import { die, freed, isRunning, jam, startWedge, type Death, type WedgeOptions } from '../helpers/wedge.js'

/* Servers that die while a notification of theirs waits in the kernel for a request that they will never answer. */

const options = { skip: cannotMount(), timeout: 30_000 }
/** What users are promised. */
const LIMIT_MS = 3000
const LANES = ['io_uring', 'threads'] as const
const NOTIFICATIONS = ['INVAL_INODE', 'STORE', 'INVAL_ENTRY', 'DELETE'] as const
const wedged: WedgeOptions = { notification: 'INVAL_INODE', lane: 'io_uring', guardian: true }

for (const lane of LANES) {
  for (const notification of NOTIFICATIONS) {
    test(`SIGKILL while ${notification} waits (${lane}): nobody hangs, nothing is left`, options, async (t) => {
      const how = { notification, lane, guardian: true }
      const wedge = await startWedge(t, how)
      await jam(wedge, how)
      die(wedge, 'SIGKILL')
      await freed(wedge, LIMIT_MS)
      for (const { process, name } of wedge.clients) assert.notEqual(process.exitCode, 0, name)
      await guardianEnds(wedge.guardian)
    })
  }
  for (const death of ['SIGTERM', 'exit', 'abort'] as readonly Death[]) {
    test(`the same after ${death} (${lane})`, options, async (t) => {
      const how = { ...wedged, lane }
      const wedge = await startWedge(t, how)
      await jam(wedge, how)
      die(wedge, death)
      await freed(wedge, LIMIT_MS)
    })
  }

  test(`without a guardian all of that stays stuck until somebody aborts (${lane})`, options, async (t) => {
    const how = { ...wedged, lane, guardian: false }
    const wedge = await startWedge(t, how)
    assert.deepEqual([wedge.guardian.state, wedge.guardian.reason], ['off', 'it was not wanted'])
    await jam(wedge, how)
    const { server, clients } = wedge
    const others = threadsOf(server.pid!).length
    die(wedge, 'SIGKILL')
    // All of its threads that can die are dead: what is left now is left for good.
    const isStuck = () => threadsOf(server.pid!).length <= 2 && /^[DZ]$/.test(stateOf(server.pid!) ?? '')
    assert.ok(others > 2)
    await until(isStuck, 'the server is killed')
    assert.ok(blockedThreads(server.pid!).length > 0)
    assert.ok(clients.every(({ process }) => isRunning(process)))
    assert.ok(isRunning(server))
    assert.notEqual(findMount(wedge.path), undefined)
  })
}

test('a server that ends without unmounting leaves no dead mount', options, async (t) => {
  for (const death of ['exit', 'SIGKILL'] as const) {
    const wedge = await startWedge(t, wedged)
    die(wedge, death)
    await freed(wedge, LIMIT_MS)
    await guardianEnds(wedge.guardian)
  }
})

test('the guardian goes with the mount, whoever unmounts', options, async (t) => {
  for (const by of ['the server', 'somebody else'] as const) {
    const wedge = await startWedge(t, wedged)
    if (by === 'the server') wedge.server.send('unmount')
    else umountSync(wedge.path, 0)
    await once(wedge.server, 'exit')
    assert.equal(wedge.server.exitCode, 0)
    await guardianEnds(wedge.guardian)
  }
})

test('the guardian has a session of its own and holds nothing of the server', options, async (t) => {
  const wedge = await startWedge(t, wedged)
  const pid = pidOf(wedge.guardian)
  // The shell opens and closes files as it looks around; what it holds is there each time.
  const held = readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) < 10 || fd === '255')
  const files = held.map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  const fusectl = `/sys/fs/fuse/connections/${wedge.connection}`
  assert.deepEqual(files.filter((file) => !file.startsWith('socket:')).toSorted(), [
    '/dev/null',
    '/dev/null',
    `${fusectl}/abort`,
    `${fusectl}/waiting`,
  ])
  assert.equal(readlinkSync(`/proc/${pid}/cwd`), '/')
  const [, group, session] = /\) \S+ \d+ (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? []
  assert.deepEqual([group, session], [String(pid), String(pid)])
  // A terminal and a service manager send these to everybody; it must outlive whom it watches.
  await until(() => ignores(pid, 15), 'the shell has set its traps')
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT'] as const) process.kill(pid, signal)
  wedge.server.kill('SIGKILL')
  await freed(wedge, LIMIT_MS)
})

function ignores(pid: number, signal: number): boolean {
  const mask = /^SigIgn:\t([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
}

function pidOf(guardian: GuardianStatus): number {
  assert.equal(guardian.state, 'on', guardian.reason)
  return guardian.pid!
}

async function guardianEnds(guardian: GuardianStatus): Promise<void> {
  const pid = pidOf(guardian)
  await until(() => [undefined, 'Z'].includes(stateOf(pid)), `guardian ${pid} ends`, 1500)
}
