import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { mountFuse } from '#src/kernel/mount-fuse.js'
import { FUSEWIRE, fusewire, mountAt, place, run, serving, until, type Ended } from '../helpers/command.js'
import { cannotMount } from '../helpers/needs.js'

/* What a user meets when it does not work: one line that says what to do, and an exit code. */

const options = { skip: cannotMount(), timeout: 60_000 }
const NOBODY = 65_534

function fails({ status, stdout, stderr }: Ended, exitCode: number, line: RegExp): void {
  assert.equal(status, exitCode, stderr)
  assert.equal(stdout, '')
  assert.match(stderr, /^fusewire: [^\n]*\n$/)
  assert.match(stderr.slice('fusewire: '.length).trimEnd(), line)
}

test('a source that is missing, no directory, or not to be read', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  const mount = (path: string) => fusewire(['mount', path, mountpoint])
  fails(await mount(join(root, 'absent')), 4, /\/absent: there is no such directory to mount$/)
  fails(await mount(join(source, 'hello')), 4, /\/hello: SOURCE must be a directory, or 'memory:'$/)
  fails(await mount(join(source, 'hello', 'x')), 4, /\/x: SOURCE must be a directory, or 'memory:'$/)
  fails(await mount(''), 2, /^SOURCE is empty/)
  chmodSync(root, 0o755)
  chmodSync(source, 0o700)
  fails(
    await fusewire(['mount', source, mountpoint], { user: NOBODY }),
    4,
    /\/source: the source cannot be read: permission denied$/,
  )
})

test('a mount point that is missing, no directory, or within the source', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  const mount = (path: string) => fusewire(['mount', source, path])
  fails(await mount(join(root, 'absent')), 4, /\/absent: there is no such directory; a mount point must exist/)
  writeFileSync(join(root, 'file'), '')
  fails(await mount(join(root, 'file')), 4, /\/file: a mount point must be a directory$/)
  mkdirSync(join(source, 'inside'))
  fails(await mount(join(source, 'inside')), 4, /inside lies within .*\/source: the filesystem would wait for itself/)
  symlinkSync(join(source, 'inside'), join(root, 'link'))
  fails(await mount(join(root, 'link')), 4, /link lies within .*\/source/)
  assert.equal(mountAt(mountpoint), undefined)
})

test('a mount point that is in use, or has a dead mount on it', options, async (t) => {
  const { source, mountpoint } = place(t)
  const { child, ended } = await serving(t, [source, mountpoint])
  const again = () => fusewire(['mount', 'memory:', mountpoint])
  fails(await again(), 4, /: fuse\.fusewire '.*\/source' is mounted there already; 'fusermount3 -u -z .* clears it$/)
  child.kill('SIGTERM')
  assert.equal(await ended(), 0)
  // A mount whose server has gone without a word, and that nobody guards.
  const { fd } = await mountFuse(mountpoint)
  fd.close()
  fails(await again(), 4, /: a dead FUSE mount is in the way \(Transport endpoint is not connected\); .* clears it$/)
  fails(
    await fusewire(['mount', mountpoint, source]),
    4,
    /the source is a dead FUSE mount; 'fusewire umount --lazy .*' clears it$/,
  )
  assert.equal((await fusewire(['umount', '--lazy', mountpoint])).status, 0)
  assert.equal(mountAt(mountpoint), undefined)
})

/** Runs `fusewire mount` where /dev is as `prepare`, a line of shell, has left it: in mounts of its own. */
function mountWithDev(prepare: string, source: string, mountpoint: string): Promise<Ended> {
  const script = `mount -t tmpfs -o nodev none /dev && ${prepare} && exec "$0" "$1" mount "$2" "$3"`
  return run('unshare', ['-m', 'sh', '-c', script, process.execPath, FUSEWIRE, source, mountpoint])
}

const unshared = { ...options, skip: options.skip || (!existsSync('/usr/bin/unshare') && 'needs unshare(1)') }

test('no /dev/fuse', unshared, async (t) => {
  const { source, mountpoint } = place(t)
  fails(
    await mountWithDev('true', source, mountpoint),
    3,
    /^there is no \/dev\/fuse: load the module .*'--device \/dev\/fuse'\)$/,
  )
})

test('a /dev/fuse that does not open', unshared, async (t) => {
  const { source, mountpoint } = place(t)
  // The device is there, but no device works on a filesystem that is mounted nodev.
  const ended = await mountWithDev('mknod /dev/fuse c 10 229', source, mountpoint)
  fails(ended, 3, /^\/dev\/fuse cannot be opened: its mode should be 0666/)
})

test('no right to mount, and no fusermount3', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  chmodSync(root, 0o755)
  chownSync(mountpoint, NOBODY, NOBODY)
  const ended = await fusewire(['mount', source, mountpoint], { user: NOBODY, env: { PATH: root } })
  fails(ended, 3, /^fusermount3 is not in PATH: install the package 'fuse3', or run as root$/)
})

/** fusermount3 as far as its words go: what it says when it refuses, and how it exits. */
function pretend(root: string, words: string): NodeJS.ProcessEnv {
  writeFileSync(join(root, 'fusermount3'), `#!/bin/sh\necho "fusermount3: ${words}" >&2\nexit 1\n`, { mode: 0o755 })
  return { PATH: `${root}:${process.env['PATH']}` }
}

test('what fusermount3 refuses is explained', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  chmodSync(root, 0o755)
  const mount = (words: string, ...more: string[]) =>
    fusewire(['mount', source, mountpoint, ...more], { user: NOBODY, env: pretend(root, words) })
  const allowOther = "option allow_other only allowed if 'user_allow_other' is set in /etc/fuse.conf"
  fails(
    await mount(allowOther, '--allow-other'),
    3,
    /^--allow-other needs a line 'user_allow_other' in \/etc\/fuse\.conf/,
  )
  fails(
    await mount('mount failed: Operation not permitted'),
    3,
    /^fusermount3 may not mount: it must be set-user-ID root/,
  )
  fails(
    await mount('user has no write access to mountpoint /x'),
    4,
    /the mount point must belong to the user who mounts/,
  )
  fails(await mount('something else'), 1, /^fusermount3 failed: something else$/)
})

test('umount: nothing there, not FUSE, busy', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  fails(await fusewire(['umount', mountpoint]), 4, /\/mnt: nothing is mounted there$/)
  fails(await fusewire(['umount', join(root, 'absent')]), 4, /\/absent: there is no such directory/)
  fails(await fusewire(['umount', '/proc']), 4, /^\/proc: proc is mounted there, not FUSE$/)
  const { ended } = await serving(t, [source, mountpoint])
  const busy = await run(process.execPath, [FUSEWIRE, 'umount', mountpoint], { cwd: mountpoint })
  fails(busy, 4, /\/mnt: files there are open, .*; close them, or unmount with --lazy$/)
  assert.equal(
    (await run(process.execPath, [FUSEWIRE, 'umount', '--force', mountpoint], { cwd: mountpoint })).status,
    0,
  )
  assert.equal(await ended(), 1)
  await until(() => mountAt(mountpoint) === undefined, 'the mount is gone')
})

test('a log or a trace that cannot be opened', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  const file = join(root, 'absent', 'file')
  fails(await fusewire(['mount', source, mountpoint, `--trace=${file}`]), 1, /^ENOENT: .*absent\/file/)
  fails(await fusewire(['mount', source, mountpoint, '--log', file]), 1, /^ENOENT: .*absent\/file/)
  rmSync(mountpoint, { recursive: true })
})
