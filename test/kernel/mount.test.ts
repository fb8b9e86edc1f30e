/*
 * Real mounts that nobody answers: they are made, looked at in mountinfo, and taken away. Nothing here may look at a
 * mounted directory itself, for that would never return.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  abortConnection,
  connectionLimits,
  listConnections,
  setConnectionLimits,
  waitingRequests,
} from '#src/kernel/fusectl.js'
import { findHelper } from '#src/kernel/fusermount.js'
import { connectionOfDevice } from '#src/kernel/inherited.js'
import { mountFuse } from '#src/kernel/mount-fuse.js'
import { connectionNumber, findMount, isFuse, readMounts } from '#src/kernel/mountinfo.js'
import { unmount } from '#src/kernel/unmount.js'
import { F, MNT, O } from '#src/sys/constants.js'
import { cloneFuseDevice } from '#src/sys/control.js'
import { Fd } from '#src/sys/fd.js'
import { readRaw } from '#src/sys/io.js'
import { libc } from '#src/sys/libc.js'
import { Memory } from '#src/sys/memory.js'
import { umountSync } from '#src/sys/mount.js'
import { open, statusFlags } from '#src/sys/open.js'
import { cannotMount } from '../helpers/needs.js'

const skip = cannotMount()
const options = { skip, timeout: 20_000 }
const [EAGAIN, ENODEV, ENOTCONN] = [-11, -19, 'ERR_MOUNT_STALE']

/** A private directory, at which nothing is left mounted when the test ends, however it does. */
function mountpoint(t: TestContext, name = 'mnt'): string {
  const parent = mkdtempSync(join(tmpdir(), 'fusewire-mount-'))
  const path = join(parent, name)
  chmodSync(parent, 0o755)
  mkdirSync(path)
  t.after(() => {
    for (const entry of readMounts()
      .filter(({ mountpoint }) => mountpoint.startsWith(`${parent}/`))
      .toReversed()) {
      if (isFuse(entry)) abortConnection(connectionNumber(entry))
      umountSync(entry.mountpoint, MNT.DETACH)
    }
    rmdirSync(path)
    rmdirSync(parent)
  })
  return path
}

test('root mounts with mount(2), and unmounts', options, async (t) => {
  const path = mountpoint(t, 'a b\\c,d')
  const mount = await mountFuse(path, {
    fsname: 'so,ur ce\\',
    subtype: 'test',
    allowOther: true,
    defaultPermissions: true,
    readOnly: true,
    noexec: true,
    maxRead: 65_536,
  })
  using fd = mount.fd
  assert.deepEqual([mount.how, mount.reason, mount.mountpoint], ['direct', 'this process has CAP_SYS_ADMIN', path])
  const entry = findMount(path)!
  assert.deepEqual([entry.type, entry.source, entry.minor], ['fuse.test', 'so,ur ce\\', mount.connection])
  for (const option of ['ro', 'nosuid', 'nodev', 'noexec']) assert.ok(entry.options.includes(option), option)
  for (const option of ['user_id=0', 'default_permissions', 'allow_other', 'max_read=65536']) {
    assert.ok(entry.superOptions.includes(option), option)
  }
  assert.equal(statusFlags(fd.number) & (O.ACCMODE | O.NONBLOCK), O.RDWR | O.NONBLOCK)
  assert.equal(libc().fcntl(fd.number, F.GETFD, 0), F.FD_CLOEXEC)
  assert.ok(listConnections().includes(mount.connection!))
  assert.ok([undefined, mount.connection].includes(connectionOfDevice(fd.number)))
  // INIT is waiting to be read; a second descriptor for the same connection takes it.
  assert.equal(waitingRequests(mount.connection!), 1)
  using clone = new Fd(open('/dev/fuse', O.RDWR | O.NONBLOCK))
  cloneFuseDevice(clone.number, fd.number)
  using memory = Memory.allocate(8192)
  assert.equal(readRaw(clone.number, memory.address, 8191), -22)
  const length = readRaw(clone.number, memory.address, 8192)
  assert.equal(memory.view.getUint32(0, true), length)
  assert.equal(memory.view.getUint32(4, true), 26, 'FUSE_INIT')
  assert.equal(readRaw(fd.number, memory.address, 8192), EAGAIN)
  await mount.unmount()
  assert.equal(findMount(path), undefined)
  assert.equal(readRaw(fd.number, memory.address, 8192), ENODEV)
  await assert.rejects(mount.unmount(), { code: 'ERR_NOT_MOUNTED' })
})

test('the limits of a connection are read and set, and abort ends it', options, async (t) => {
  const mount = await mountFuse(mountpoint(t))
  using fd = mount.fd
  const connection = mount.connection!
  setConnectionLimits(connection, { maxBackground: 77, congestionThreshold: 55 })
  assert.deepEqual(connectionLimits(connection), { maxBackground: 77, congestionThreshold: 55 })
  assert.equal(abortConnection(connection), true)
  using memory = Memory.allocate(8192)
  assert.equal(readRaw(fd.number, memory.address, 8192), ENODEV)
  await mount.unmount()
  assert.equal(abortConnection(connection), false)
  assert.throws(() => waitingRequests(connection), { code: 'ERR_FUSECTL', message: /no such connection/ })
})

test('a dead mount in the way is named, with the way to clear it', options, async (t) => {
  const path = mountpoint(t)
  const mount = await mountFuse(path)
  mount.fd.close()
  await assert.rejects(mountFuse(path), { code: ENOTCONN, message: /umount -l/ })
  await unmount(path, { mode: 'force' })
  assert.equal(findMount(path), undefined)
})

test('a living mount in the way is not covered, unless that is asked for', options, async (t) => {
  const path = mountpoint(t)
  const first = await mountFuse(path, { fsname: 'first' })
  // Nobody answers INIT, so the probe hangs until its time limit, and this thread does not.
  await assert.rejects(mountFuse(path), { code: 'ERR_MOUNTPOINT_IN_USE', message: /'first' is mounted there already/ })
  const second = await mountFuse(path, { overmount: true })
  assert.notEqual(second.connection, first.connection)
  await assert.rejects(first.unmount(), { code: 'ERR_NOT_MOUNTED', message: /covers the mount/ })
  await second.unmount()
  await first.unmount({ mode: 'lazy' })
  assert.equal(findMount(path), undefined)
  first.fd.close()
  second.fd.close()
})

test('a mount with an open file is busy; lazy and force take it away', options, async (t) => {
  for (const mode of ['lazy', 'force'] as const) {
    const path = mountpoint(t)
    const mount = await mountFuse(path)
    // O_PATH asks the server nothing.
    const root = open(path, O.PATH)
    using held = new Fd(root)
    await assert.rejects(mount.unmount(), { code: 'ERR_UNMOUNT_BUSY', message: /mode 'lazy'/ })
    await mount.unmount({ mode })
    assert.equal(findMount(path), undefined)
    using memory = Memory.allocate(8192)
    assert.equal(readRaw(mount.fd.number, memory.address, 8192) < 0, mode === 'force')
    held.close()
    mount.fd.close()
  }
})

test('root may use the helper too', { ...options, skip: skip || noHelper() }, async (t) => {
  const path = mountpoint(t)
  const mount = await mountFuse(path, { via: 'fusermount3', fsname: 'a,b\\c', subtype: 'x', readOnly: true })
  assert.deepEqual([mount.how, mount.reason], ['fusermount3', 'as asked for'])
  const entry = findMount(path)!
  assert.deepEqual([entry.type, entry.source, entry.minor], ['fuse.x', 'a,b\\c', mount.connection])
  assert.ok(entry.options.includes('ro') && entry.options.includes('nosuid'))
  assert.equal(statusFlags(mount.fd.number) & O.NONBLOCK, O.NONBLOCK)
  assert.equal(libc().fcntl(mount.fd.number, F.GETFD, 0), F.FD_CLOEXEC)
  await mount.unmount()
  mount.fd.close()
})

test('a child serves what its parent has mounted', options, async (t) => {
  const mount = await mountFuse(mountpoint(t))
  const file = new URL('../../../dist/kernel/mount-fuse.js', import.meta.url).href
  const script = `
    const { mountFuse } = await import(${JSON.stringify(file)})
    const mount = await mountFuse('/dev/fd/3')
    console.log(mount.how, mount.connection, mount.fd.number)
    await mount.unmount().catch((error) => console.log(error.code))`
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe', mount.fd.number],
    encoding: 'utf8',
    timeout: 15_000,
  })
  const connection = connectionOfDevice(mount.fd.number)
  assert.equal(child.stdout.trim(), `inherited ${String(connection)} 3\nERR_NOT_MOUNTED`, child.stderr)
  await mount.unmount()
  mount.fd.close()
})

function noHelper(): string | false {
  return findHelper() === undefined ? 'needs fusermount3 (package fuse3)' : false
}
