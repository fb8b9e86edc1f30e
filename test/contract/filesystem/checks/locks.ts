import { deepEqual, equal } from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { F, LOCK, LOCK_TYPE, O, posix } from '../../../helpers/posix.js'
import type { Agent } from '../agent-client.js'
import { check, type Check, fails, group, rejects } from '../check.js'
import type { Context } from '../context.js'

const { NONE, READ, WRITE } = LOCK_TYPE
const lock = (type: number, start = 0, length = 0) => ({ type, start, length })

/** The same file open here and in another process. */
async function both(t: Context): Promise<{ fd: number; other: Agent; otherFd: number }> {
  const path = t.file('f', 'x'.repeat(1000))
  const other = await t.process()
  return { fd: t.openPath(path, O.RDWR), other, otherFd: await other.call('open', path, O.RDWR) }
}

/** Still waiting after a moment. */
async function blocks(call: Promise<unknown>): Promise<void> {
  const first = await Promise.race([call.then(() => 'returned'), sleep(60).then(() => 'waits')])
  equal(first, 'waits')
}

interface Kind {
  readonly name: string
  readonly trait: 'posixLocks' | 'ofdLocks'
  readonly set: number
  readonly wait: number
  readonly get: number
}
const KINDS: readonly Kind[] = [
  { name: 'record lock', trait: 'posixLocks', set: F.SETLK, wait: F.SETLKW, get: F.GETLK },
  { name: 'OFD lock', trait: 'ofdLocks', set: F.OFD_SETLK, wait: F.OFD_SETLKW, get: F.OFD_GETLK },
]

function recordChecks({ name, trait, set, wait, get }: Kind): Check[] {
  const make = (what: string, run: Check['run']) => check(`${name}: ${what}`, { traits: [trait] }, run)
  return [
    make('a write lock keeps others out', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE))
      await rejects(['EAGAIN', 'EACCES'], other.call('lockRecord', otherFd, set, lock(WRITE)))
      await rejects(['EAGAIN', 'EACCES'], other.call('lockRecord', otherFd, set, lock(READ)))
    }),
    make('read locks go together and keep writers out', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(READ))
      await other.call('lockRecord', otherFd, set, lock(READ))
      fails(['EAGAIN', 'EACCES'], () => posix.lockRecord(fd, set, lock(WRITE)))
    }),
    make('ranges side by side do not meet', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE, 0, 100))
      await other.call('lockRecord', otherFd, set, lock(WRITE, 100, 100))
      await rejects(['EAGAIN', 'EACCES'], other.call('lockRecord', otherFd, set, lock(WRITE, 99, 1)))
    }),
    make('length 0 reaches past any end', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE, 500))
      await rejects(['EAGAIN', 'EACCES'], other.call('lockRecord', otherFd, set, lock(WRITE, 2 ** 40, 1)))
      await other.call('lockRecord', otherFd, set, lock(WRITE, 0, 500))
    }),
    make('unlocking the middle leaves both sides', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE, 0, 300))
      posix.lockRecord(fd, set, lock(NONE, 100, 100))
      await other.call('lockRecord', otherFd, set, lock(WRITE, 100, 100))
      await rejects(['EAGAIN', 'EACCES'], other.call('lockRecord', otherFd, set, lock(WRITE, 0, 1)))
      await rejects(['EAGAIN', 'EACCES'], other.call('lockRecord', otherFd, set, lock(WRITE, 299, 1)))
    }),
    make('a write lock becomes a read lock', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE))
      posix.lockRecord(fd, set, lock(READ))
      await other.call('lockRecord', otherFd, set, lock(READ))
    }),
    make('a query tells the lock in the way', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE, 10, 20))
      const found = await other.call('lockRecord', otherFd, get, lock(WRITE))
      const pid = trait === 'ofdLocks' ? -1 : process.pid
      deepEqual(found, { type: WRITE, start: 10, length: 20, pid })
    }),
    make('a query tells that nothing is in the way', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(READ, 10, 20))
      equal((await other.call('lockRecord', otherFd, get, lock(READ))).type, NONE)
      equal((await other.call('lockRecord', otherFd, get, lock(WRITE, 30, 5))).type, NONE)
    }),
    make('one who waits gets the lock when it is given up', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE))
      const waiting = other.call('lockRecord', otherFd, wait, lock(WRITE))
      await blocks(waiting)
      posix.lockRecord(fd, set, lock(NONE))
      await waiting
      fails(['EAGAIN', 'EACCES'], () => posix.lockRecord(fd, set, lock(WRITE)))
    }),
    make('close gives it up', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE))
      const waiting = other.call('lockRecord', otherFd, wait, lock(WRITE))
      await blocks(waiting)
      t.close(fd)
      await waiting
    }),
    make('the end of a process gives it up', async (t) => {
      const { fd, other, otherFd } = await both(t)
      await other.call('lockRecord', otherFd, set, lock(WRITE))
      fails(['EAGAIN', 'EACCES'], () => posix.lockRecord(fd, set, lock(WRITE)))
      await other.kill()
      posix.lockRecord(fd, wait, lock(WRITE))
    }),
    make('a process killed while it waits leaves nothing', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE))
      const waiting = rejectsAnything(other.call('lockRecord', otherFd, wait, lock(WRITE)))
      await sleep(60)
      await other.kill()
      await waiting
      posix.lockRecord(fd, set, lock(NONE))
      const third = await t.process()
      await third.call('lockRecord', await third.call('open', t.at('f'), O.RDWR), set, lock(WRITE))
    }),
    make('a write lock needs a descriptor for writing', (t) => {
      const fd = t.openPath(t.file('f'), O.RDONLY)
      fails('EBADF', () => posix.lockRecord(fd, set, lock(WRITE)))
      posix.lockRecord(fd, set, lock(READ))
    }),
    make('a range before the start is EINVAL', (t) => {
      const fd = t.openPath(t.file('f'), O.RDWR)
      fails('EINVAL', () => posix.lockRecord(fd, set, lock(WRITE, -1, 1)))
    }),
    make('a negative length reaches backwards', async (t) => {
      const { fd, other, otherFd } = await both(t)
      posix.lockRecord(fd, set, lock(WRITE, 100, -50))
      const found = await other.call('lockRecord', otherFd, get, lock(WRITE))
      deepEqual([found.start, found.length], [50, 50])
    }),
  ]
}

async function rejectsAnything(call: Promise<unknown>): Promise<void> {
  await call.catch(() => {})
}

const FLOCK = { traits: ['flock'] } as const

export const locks = group('locks', [
  ...KINDS.flatMap(recordChecks),
  check('record lock: one process does not stop itself', { traits: ['posixLocks'] }, (t) => {
    const path = t.file('f')
    posix.lockRecord(t.openPath(path, O.RDWR), F.SETLK, lock(WRITE))
    posix.lockRecord(t.openPath(path, O.RDWR), F.SETLK, lock(WRITE))
  }),
  check('record lock: closing any descriptor of the file gives it up', { traits: ['posixLocks'] }, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.lockRecord(fd, F.SETLK, lock(WRITE))
    t.close(t.open('f', O.RDONLY))
    await other.call('lockRecord', otherFd, F.SETLK, lock(WRITE))
  }),
  check('record lock: two that wait for each other: one gets EDEADLK', { traits: ['posixLocks'] }, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.lockRecord(fd, F.SETLK, lock(WRITE, 0, 1))
    await other.call('lockRecord', otherFd, F.SETLK, lock(WRITE, 1, 1))
    const waiting = other.call('lockRecord', otherFd, F.SETLKW, lock(WRITE, 0, 1))
    await blocks(waiting)
    fails('EDEADLK', () => posix.lockRecord(fd, F.SETLKW, lock(WRITE, 1, 1)))
    posix.lockRecord(fd, F.SETLK, lock(NONE))
    await waiting
  }),
  check('OFD lock: two opens in one process stop each other', { traits: ['ofdLocks'] }, (t) => {
    const path = t.file('f')
    const [one, two] = [t.openPath(path, O.RDWR), t.openPath(path, O.RDWR)]
    posix.lockRecord(one, F.OFD_SETLK, lock(WRITE))
    fails('EAGAIN', () => posix.lockRecord(two, F.OFD_SETLK, lock(WRITE)))
  }),
  check('OFD lock: a duplicate keeps it', { traits: ['ofdLocks'] }, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.lockRecord(fd, F.OFD_SETLK, lock(WRITE))
    const copy = posix.dup(fd)
    t.close(fd)
    await rejects('EAGAIN', other.call('lockRecord', otherFd, F.OFD_SETLK, lock(WRITE)))
    posix.close(copy)
    await other.call('lockRecord', otherFd, F.OFD_SETLK, lock(WRITE))
  }),
  check('flock: exclusive keeps others out', FLOCK, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.flock(fd, LOCK.EX)
    await rejects('EAGAIN', other.call('flock', otherFd, LOCK.EX | LOCK.NB))
    await rejects('EAGAIN', other.call('flock', otherFd, LOCK.SH | LOCK.NB))
  }),
  check('flock: shared goes together', FLOCK, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.flock(fd, LOCK.SH)
    await other.call('flock', otherFd, LOCK.SH | LOCK.NB)
    fails('EAGAIN', () => posix.flock(fd, LOCK.EX | LOCK.NB))
  }),
  check('flock: one who waits gets it when it is given up', FLOCK, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.flock(fd, LOCK.EX)
    const waiting = other.call('flock', otherFd, LOCK.EX)
    await blocks(waiting)
    posix.flock(fd, LOCK.UN)
    await waiting
    fails('EAGAIN', () => posix.flock(fd, LOCK.EX | LOCK.NB))
  }),
  check('flock: close gives it up', FLOCK, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.flock(fd, LOCK.EX)
    const waiting = other.call('flock', otherFd, LOCK.EX)
    await blocks(waiting)
    t.close(fd)
    await waiting
  }),
  check('flock: the end of a process gives it up', FLOCK, async (t) => {
    const { fd, other, otherFd } = await both(t)
    await other.call('flock', otherFd, LOCK.EX)
    await other.kill()
    posix.flock(fd, LOCK.EX)
  }),
  check('flock: two opens in one process stop each other, a duplicate does not', FLOCK, (t) => {
    const path = t.file('f')
    const [one, two] = [t.openPath(path, O.RDWR), t.openPath(path, O.RDWR)]
    const copy = posix.dup(one)
    posix.flock(one, LOCK.EX)
    fails('EAGAIN', () => posix.flock(two, LOCK.EX | LOCK.NB))
    posix.flock(copy, LOCK.EX | LOCK.NB)
    posix.close(copy)
    fails('EAGAIN', () => posix.flock(two, LOCK.EX | LOCK.NB))
  }),
  check('flock: exclusive becomes shared', FLOCK, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.flock(fd, LOCK.EX)
    posix.flock(fd, LOCK.SH)
    await other.call('flock', otherFd, LOCK.SH | LOCK.NB)
  }),
  check('flock: works on a descriptor for reading and on a directory', FLOCK, (t) => {
    posix.flock(t.openPath(t.file('f'), O.RDONLY), LOCK.EX)
    posix.flock(t.openPath(t.mkdir('d'), O.RDONLY), LOCK.EX)
  }),
  check('flock: an unknown operation is EINVAL', FLOCK, (t) => {
    fails('EINVAL', () => posix.flock(t.openPath(t.file('f'), O.RDWR), 0))
  }),
  check('flock and record locks do not meet', { traits: ['flock', 'posixLocks'] }, async (t) => {
    const { fd, other, otherFd } = await both(t)
    posix.flock(fd, LOCK.EX)
    await other.call('lockRecord', otherFd, F.SETLK, lock(WRITE))
  }),
])
