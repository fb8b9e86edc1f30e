import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WriteStream } from 'node:tty'
import { LiveView } from '#src/cli/mount/live-view.js'
import { jsonOf } from '#src/cli/status/json.js'
import { tableOf } from '#src/cli/status/table.js'
import { lineOf, viewOf } from '#src/cli/status/view.js'
import { duration } from '#src/cli/status/words.js'
import type { MountStatus } from '#src/diagnostics/index.js'
import { someStatus } from '../../helpers/status.js'

/* What people and programs are shown of a mount. */

const taken = (sent: number) => ({ sent, notCached: 0, merged: 0, escalated: 0, failed: 0 })
const BEFORE = someStatus({ uptimeMs: 8000, requests: { LOOKUP: 10, READ: 4 }, codes: { STORE: taken(1) } })
const NOW = someStatus({
  uptimeMs: 10_000,
  requests: { LOOKUP: 10, READ: 104 },
  codes: { STORE: taken(2), INVAL_ENTRY: { ...taken(0), notCached: 3, failed: 1 } },
})

test('the view has counters, rates since the last look, what waits, and what was chosen and why', () => {
  assert.deepEqual(viewOf(NOW, BEFORE), [
    '/mnt  connection 41, process 7, up 10.0 s',
    '  requests     114, 50.0/s',
    '               READ 104 (50.0/s)',
    '               LOOKUP 10 (0.0/s)',
    '  cache hits   not known: the kernel answers them and tells nobody',
    '  notified     INVAL_ENTRY 3 not cached, 1 refused (0.0/s)',
    '               STORE 2 taken (0.5/s)',
    '  waiting      1 request for up to 2.5 s, 2 notifications for up to 1.3 s, 3 in line behind 2 with the kernel; longest wait of a notification 1.5 s',
    '  nodes        12 known to the kernel',
    '  mounted      direct: root may',
    '  served by    reactor: it can be had',
    '  notified by  io_uring: io_uring is allowed',
    '  cached       names for ever: as the options would have it',
    '  guardian     on: a shell',
    '  watchable    off: it was not asked for',
  ])
})

test('without an earlier look rates are since the start', () => {
  assert.match(viewOf(NOW, undefined)[2]!, /READ 104 \(10\.4\/s\)/)
  assert.equal(
    lineOf(NOW, BEFORE),
    'up 10.0 s: requests 50.0/s (READ 50.0/s); notifications 0.5/s; 1 request for up to 2.5 s, ' +
      '2 notifications for up to 1.3 s, 3 in line behind 2 with the kernel; 12 nodes known',
  )
})

test('what is not known is said to be so, with the reason', () => {
  const dark = someStatus({ counters: undefined, unknown: 'threads have them', threads: 2 })
  assert.equal(viewOf(dark, undefined)[1], '  counters     not known: threads have them')
  assert.ok(viewOf(dark, undefined).includes('  served by    2 threads, reactor: it can be had'))
  assert.equal(lineOf(dark, undefined), 'up 10.0 s: counters not known: threads have them')
  const unnumbered = someStatus({ connection: undefined, mountpoint: '/a\u001b[2J' })
  assert.equal(viewOf(unnumbered, undefined)[0], '/a\\u001b[2J  process 7, up 10.0 s')
})

test('of a watchable mount it has what became of changes', () => {
  const status = someStatus({ watchable: { kind: 'on', reason: 'a process' } })
  assert.ok(
    viewOf(status, undefined).includes(
      '  watchers     5 changes replayed, 4 merged, 1 skipped, 0 dropped, 0 failed, 2 queued',
    ),
  )
})

test('a line of JSON has all of it, and the rates', () => {
  const text = jsonOf(NOW, BEFORE)
  assert.ok(!text.includes('\n'))
  const { perSecond, ...status } = JSON.parse(text) as MountStatus & { perSecond: unknown }
  assert.deepEqual(perSecond, { requests: { READ: 50 }, notifications: { STORE: 0.5 } })
  assert.deepEqual(status, JSON.parse(JSON.stringify(NOW)))
})

test('the table has a line for each mount, also for one that does not answer', () => {
  const one = { connection: 41, pid: 7, problem: undefined }
  const mounts = [
    { ...one, status: NOW },
    { connection: 1000, pid: 8, status: undefined, problem: 'does not answer' },
    { connection: 5, pid: 9, problem: undefined, status: someStatus({ counters: undefined, unknown: 'threads' }) },
  ]
  assert.deepEqual(tableOf(mounts, [{ ...one, status: BEFORE }]), [
    'CONNECTION  PROCESS      UP  REQUESTS/S  NOTIFIED/S    WAITING  QUEUED  NODES  MOUNTPOINT',
    '        41        7  10.0 s        50.0         0.5  3 (2.5 s)       3     12  /mnt',
    '      1000        8       -           -           -          -       -      -  does not answer',
    '         5        9  10.0 s           -           -          -       -      -  /mnt',
  ])
})

test('times are said as people do', () => {
  const at = [0, 59_940, 60_000, 3_599_000, 3_600_000, 86_400_000 + 3_600_000, Infinity]
  const said = ['0.0 s', '59.9 s', '1 min 0 s', '59 min 59 s', '1 h 0 min', '1 d 1 h', 'for ever']
  assert.deepEqual(at.map(duration), said)
})

/** A screen that understands as much as is used: lines up, and clear what is below. */
class Screen {
  lines: string[] = []
  isTTY = true
  columns = 60
  rows = 10
  writableLength = 0

  write(text: string): boolean {
    const up = text.startsWith('\u001b[') ? /^(\d+)A$/.exec(text.slice(2)) : null
    if (up !== null) this.lines.length -= Number(up[1])
    else if (text !== '\u001b[0J') this.lines.push(...text.split('\n').slice(0, -1))
    return true
  }
}

function live(json = false) {
  const screen = new Screen()
  const view = new LiveView(screen as unknown as WriteStream, { everyMs: 1_000_000, json })
  const mounted = { status: () => NOW }
  return { screen, view, mounted }
}

test('on a terminal the view stays in place, no wider and no higher than that, and messages go above it', () => {
  const { screen, view, mounted } = live()
  view.above(() => screen.write('ready\n'))
  view.start(mounted)
  assert.equal(screen.lines.length, 10)
  assert.deepEqual(screen.lines.slice(0, 2), ['ready', '/mnt  connection 41, process 7, up 10.0 s'])
  assert.ok(screen.lines.every((line) => line.length < 60))
  view.above(() => screen.write('a fault\n'))
  assert.equal(screen.lines.length, 11)
  assert.deepEqual(screen.lines.slice(0, 3), ['ready', 'a fault', '/mnt  connection 41, process 7, up 10.0 s'])
})

test('anywhere else it is a line at a time, and nothing is written that nobody reads', () => {
  for (const json of [false, true]) {
    const { screen, view, mounted } = live(json)
    screen.isTTY = json
    view.start(mounted)
    view.above(() => screen.write('a fault\n'))
    assert.deepEqual(screen.lines, [json ? jsonOf(NOW, undefined) : lineOf(NOW, undefined), 'a fault'])
    const slow = live(json)
    slow.screen.writableLength = 1
    slow.view.start(slow.mounted)
    assert.deepEqual(slow.screen.lines, [])
  }
})
