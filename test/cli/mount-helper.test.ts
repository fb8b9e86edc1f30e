import assert from 'node:assert/strict'
import { chmodSync, existsSync, symlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { helperWords, isMountHelper } from '#src/cli/mount-helper.js'
import { FUSEWIRE, mountAt, place, run } from '../helpers/command.js'
import { cannotMount } from '../helpers/needs.js'

test('what mount(8) says to its helpers is understood', () => {
  assert.ok(isMountHelper('/sbin/mount.fuse.fusewire') && !isMountHelper('/usr/bin/fusewire'))
  assert.deepEqual(helperWords(['/src', '/mnt', '-n', '-sv', '-o', 'rw,noexec', '-t', 'fuse.fusewire']), [
    'mount',
    '--daemon',
    '-o',
    'rw,noexec',
    '--',
    '/src',
    '/mnt',
  ])
  assert.equal(helperWords(['/src', '/mnt', '-f', '-o', 'rw']), undefined)
  assert.throws(() => helperWords(['/src', '/mnt', '--wrong']), /there is no option --wrong/)
})

const options = {
  skip: cannotMount() || (!existsSync('/usr/bin/unshare') && 'needs unshare(1)'),
  timeout: 60_000,
}

test('mount -t fuse.fusewire mounts', options, async (t) => {
  const { root, source, mountpoint } = place(t)
  chmodSync(FUSEWIRE, 0o755)
  symlinkSync(FUSEWIRE, join(root, 'mount.fuse.fusewire'))
  // mount(8) looks for helpers in /sbin alone: in mounts of our own it is another one.
  const script = [
    'mount -t overlay -o "lowerdir=$1:$(readlink -f /sbin)" none "$(readlink -f /sbin)" || exit 77',
    'mount -t fuse.fusewire "$2" "$3" -o ro,noexec,cache=none && grep " $3 " /proc/self/mountinfo && ls "$3"',
    'umount "$3"',
  ].join('\n')
  const ended = await run('unshare', ['-m', 'sh', '-c', script, 'sh', root, source, mountpoint])
  if (ended.status === 77) return t.skip('needs overlayfs, for a /sbin of its own')
  assert.equal(ended.status, 0, ended.stderr)
  assert.match(ended.stdout, / ro,nosuid,nodev,noexec,relatime [^\n]*- fuse\.fusewire \S+\/source [^\n]*\nhello\n$/)
  assert.equal(mountAt(mountpoint), undefined)
  assert.deepEqual(await readdir(mountpoint), [])
})
