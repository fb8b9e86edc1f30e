import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, type BlockedThread, type ConnectionFacts } from '#src/kernel/diagnose-report.js'

const mount = { mountpoint: '/mnt/x', source: 'x', type: 'fuse', uid: 0 }
const server = { pid: 7, command: 'node', isDying: false }
const thread: BlockedThread = {
  pid: 9,
  thread: 9,
  command: 'cat',
  state: 'S',
  place: 'request_wait_answer',
  ageMs: 100,
}
const facts: ConnectionFacts = {
  connection: 41,
  mounts: [mount],
  waiting: 0,
  servers: [server],
  unknown: undefined,
  blocked: [],
}

for (const [what, differences, verdict, advice] of [
  ['nobody waits', {}, 'well', /^nothing$/],
  ['requests are under way', { waiting: 2, blocked: [thread] }, 'busy', /^nothing/],
  [
    'one for long',
    { waiting: 1, blocked: [{ ...thread, ageMs: 61_000 }] },
    'hanging',
    /waited for 61 s .*abort \/mnt\/x'/,
  ],
  ['a thread cannot be killed', { waiting: 1, blocked: [{ ...thread, state: 'D' }] }, 'hanging', /abort \/mnt\/x'/],
  ['it was killed', { servers: [{ ...server, isDying: true }], waiting: 3 }, 'dying', /abort \/mnt\/x' frees all/],
  ['one of two was killed', { servers: [server, { ...server, isDying: true }] }, 'well', /^nothing$/],
  ['the server is gone', { servers: [] }, 'dead', /abort \/mnt\/x' takes the dead mount away/],
  ['it is gone, and the mount elsewhere', { servers: [], mounts: [] }, 'dead', /abort 41'/],
  ['it is not ours', { servers: undefined, waiting: undefined, unknown: 'ask as root' }, 'unknown', /^ask as root$/],
  [
    'the newer of two mounts is named',
    { servers: [], mounts: [mount, { ...mount, mountpoint: '/y' }] },
    'dead',
    /abort \/y'/,
  ],
] as const) {
  test(`the verdict where ${what}`, () => {
    const found = judge({ ...facts, ...differences })
    assert.equal(found.verdict, verdict)
    assert.match(found.advice, advice)
  })
}
