import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '#src/cli/failure.js'
import { memoryOptions } from '#src/cli/mount/memory-options.js'
import { planMount } from '#src/cli/mount/plan.js'
import { parseSource } from '#src/cli/mount/source.js'
import { readOptionLists } from '#src/cli/mount/option-list.js'
import { MountError } from '#src/kernel/errors.js'

test('what mount(8) says is understood', () => {
  const { options, cache } = readOptionLists([
    'ro,nosuid,nodev,noexec,noatime,allow_other,default_permissions',
    'fsname=a\\,b,subtype=x,max_read=8192,cache=none',
  ])
  assert.deepEqual(options, {
    readOnly: true,
    nosuid: true,
    nodev: true,
    noexec: true,
    noatime: true,
    allowOther: true,
    defaultPermissions: true,
    fsname: 'a,b',
    subtype: 'x',
    maxRead: 8192,
  })
  assert.equal(cache, 'none')
})

test('a later one overrides an earlier one', () => {
  assert.deepEqual(readOptionLists(['ro,suid,dev,noexec,noatime', 'rw,nosuid,nodev,exec,atime']).options, {
    readOnly: false,
    nosuid: true,
    nodev: true,
    noexec: false,
    noatime: false,
  })
})

test('what mount(8) and fstab say to themselves is ignored', () => {
  const words = 'defaults,auto,noauto,user,user=alice,users,owner,group,nofail,_netdev,x-systemd.automount,x-gvfs-hide'
  assert.deepEqual(readOptionLists([words]), { options: {}, cache: undefined })
})

test('what is not known, or cannot be had, is refused with the reason', () => {
  const refuses = (text: string, line: RegExp) =>
    assert.throws(
      () => readOptionLists([text]),
      (error: unknown) => error instanceof UsageError && line.test(error.message),
    )
  refuses('ro,frobnicate', /^there is no mount option 'frobnicate'$/)
  refuses('fsnam=x', /^there is no mount option 'fsnam=x'$/)
  refuses('auto_unmount', /^-o auto_unmount cannot be had: .+/)
  refuses('allow_root', /^-o allow_root cannot be had: there is only allow_other/)
  refuses('blkdev', /^-o blkdev cannot be had: /)
  assert.throws(() => readOptionLists(['max_read=many']), MountError)
})

const plan = (given: Parameters<typeof planMount>[2]) => planMount(parseSource('/s'), '/m', given)

test('an option of its own goes before the same behind -o', () => {
  const { options, cache } = plan({
    o: ['fsname=a,subtype=b,rw,cache=none'],
    fsname: 'c',
    subtype: 'd',
    'read-only': true,
    cache: 'ttl=2.5',
  })
  const { fsname, subtype, readOnly } = options
  assert.deepEqual([fsname, subtype, readOnly], ['c', 'd', true])
  assert.deepEqual(cache.mode, { ttlMs: 2500 })
})

test('defaults: the source as the name, fusewire as the type, the rest as the filesystem likes it', () => {
  assert.deepEqual(plan({}).options, { fsname: '/s', subtype: 'fusewire' })
})

test('a directory is pushed by default, but not with threads; memory is as it likes', () => {
  assert.deepEqual([plan({}).cache.mode, plan({}).cache.otherwise], ['push', { ttlMs: 1000 }])
  assert.deepEqual(
    [plan({ threads: '2' }).cache.mode, plan({ threads: '2' }).cache.otherwise],
    [{ ttlMs: 1000 }, undefined],
  )
  assert.deepEqual([plan({ cache: 'push' }).cache.mode, plan({ cache: 'push' }).cache.otherwise], ['push', undefined])
  assert.equal(planMount(parseSource('memory:'), '/m', {}).cache.mode, undefined)
  assert.equal(plan({ cache: 'none' }).cache.mode, 'none')
})

test('values that make no sense are refused', () => {
  const refuses = (given: Parameters<typeof plan>[0], line: RegExp) =>
    assert.throws(
      () => plan(given),
      (error: unknown) => error instanceof UsageError && line.test(error.message),
    )
  refuses({ cache: 'push', threads: '2' }, /^--cache push needs one thread/)
  refuses({ cache: 'ttl=-1' }, /^--cache ttl=-1: ttl=SECONDS, none or push is expected/)
  refuses({ o: ['cache='] }, /^--cache : /)
  for (const threads of ['0', '257', '1.5', 'two']) refuses({ threads }, /: a whole number from 1 to 256 is expected$/)
  refuses({ threads: '2', trace: '' }, /^--trace shows what one thread serves/)
  refuses({ daemon: true, trace: '' }, /needs a file: --trace=FILE/)
  assert.equal(plan({ threads: '1', trace: '' }).trace, '')
  assert.equal(plan({ threads: '2' }).threads, 2)
  const memory = parseSource('memory:')
  assert.throws(
    () => planMount(memory, '/m', { threads: '2' }),
    /^UsageError: --threads 2: memory: can be served by 1 only$/,
  )
})

test('memory: has options in the words of tmpfs', () => {
  assert.deepEqual(memoryOptions('memory:'), {})
  assert.deepEqual(memoryOptions('memory:?size=1G&inodes=5k&mode=1777'), {
    sizeLimitBytes: 2 ** 30,
    inodeLimit: 5120,
    mode: 0o1777,
  })
  for (const [text, line] of [
    ['size=1X', /size=1X is not like 500, 64K, 512M or 2G$/],
    ['size=0', /size=0 is not like/],
    ['size=99999999T', /is not like/],
    ['inodes=', /inodes= is not like/],
    ['mode=999', /mode=999 is not like 0755$/],
    ['sise=1', /there is no option 'sise'; there are size, inodes and mode$/],
  ] as const) {
    assert.throws(
      () => memoryOptions(`memory:?${text}`),
      (error) => error instanceof UsageError && line.test(error.message),
    )
  }
})
