import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { test } from 'node:test'
import type { ProbeReport } from '#src/probe.js'
import { FUSEWIRE, fusewire, place, run } from '../helpers/command.js'
import { cannotMount } from '../helpers/needs.js'

const options = { skip: cannotMount(), timeout: 60_000 }

test('probe --json says what was found, and that it mounts', options, async () => {
  const { status, stdout, stderr } = await fusewire(['probe', '--json'])
  assert.deepEqual([status, stderr], [0, ''])
  const report = JSON.parse(stdout) as ProbeReport
  assert.equal(report.kernel, release())
  assert.equal(report.canMount, true)
  for (const check of Object.values(report.checks)) {
    assert.equal(typeof check.ok, 'boolean')
    assert.ok(check.detail.length > 0)
    assert.equal(check.advice === undefined, check.ok, `${check.detail}: advice where, and only where, it is not ok`)
  }
  const { device, way, mount } = report.checks
  assert.ok(device.ok && way.ok && mount.ok)
  assert.equal(report.offer?.major, 7)
  assert.ok(report.offer.minor >= 31 && report.offer.flags.includes('PARALLEL_DIROPS'), JSON.stringify(report.offer))
  const limit = '/proc/sys/fs/fuse/max_pages_limit'
  assert.equal(report.limits.maxPagesLimit, existsSync(limit) ? Number(readFileSync(limit, 'utf8')) : undefined)
})

test('probe leaves nothing behind, and says the same in words', options, async () => {
  const before = readFileSync('/proc/self/mountinfo', 'utf8')
  const { status, stdout } = await fusewire(['probe'])
  assert.equal(status, 0)
  assert.match(stdout, /^yes {2}the device +\/dev\/fuse opens$/m)
  assert.match(stdout, /^FUSE 7\.\d+ offers .*\bPARALLEL_DIROPS\b/m)
  assert.match(stdout, /\nfusewire can mount here\.\n$/)
  assert.equal(
    readFileSync('/proc/self/mountinfo', 'utf8').includes('fusewire-probe'),
    before.includes('fusewire-probe'),
  )
})

const unshared = { ...options, skip: options.skip || (!existsSync('/usr/bin/unshare') && 'needs unshare(1)') }

/** The report where `prepare`, a line of shell, has changed the mounts. */
async function probeWith(prepare: string, user?: string): Promise<{ status: number | null; report: ProbeReport }> {
  const script = `${prepare} && exec ${user ?? ''} "$0" "$1" probe --json`
  const { status, stdout, stderr } = await run('unshare', ['-m', 'sh', '-c', script, process.execPath, FUSEWIRE])
  assert.equal(stderr, '')
  return { status, report: JSON.parse(stdout) as ProbeReport }
}

test('what is missing comes with what to do, and exit code 3', unshared, async () => {
  const { status, report } = await probeWith('mount -t tmpfs none /dev')
  assert.equal(status, 3)
  assert.deepEqual([report.canMount, report.offer], [false, undefined])
  assert.deepEqual(report.checks.device, {
    ok: false,
    detail: 'there is no /dev/fuse',
    advice: "load the module ('modprobe fuse'), or give the container the device ('--device /dev/fuse')",
  })
})

test('something else in the place of the device is seen', unshared, async () => {
  const { status, report } = await probeWith('mount --bind /dev/null /dev/fuse')
  assert.equal(status, 3)
  assert.equal(report.checks.device.detail, '/dev/fuse is not the FUSE device')
})

test('an ordinary user without fusermount3 is told so', options, async (t) => {
  const { root } = place(t)
  const { status, stdout } = await fusewire(['probe', '--json'], { user: 65_534, env: { PATH: root } })
  assert.equal(status, 3)
  const { checks } = JSON.parse(stdout) as ProbeReport
  assert.equal(checks.way.detail, 'no CAP_SYS_ADMIN, and no fusermount3 in PATH')
  assert.equal(checks.mount.detail, 'not tried: there is no way to mount')
})
