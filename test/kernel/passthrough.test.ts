import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { MNT } from '#src/sys/constants.js'
import { umountSync } from '#src/sys/mount.js'
import { Agent } from '../contract/filesystem/agent-client.js'
import type { Credentials } from '../contract/filesystem/credentials.js'
import { privateDirectory } from '../helpers/directory.js'
import { cannotMount } from '../helpers/needs.js'
import { O, posix } from '../helpers/posix.js'
import { fromEnvironment } from '../helpers/random.js'
import { serve } from '../helpers/served.js'
import { runFsxProgram } from '../tools/fsx/program.js'

/* A directory of the host through a real mount; the server is a process of its own, see servers/passthrough.ts. */

const options = { skip: cannotMount(), timeout: 60_000 }

interface Told {
  readonly counts: { readonly nodes: number; readonly handles: number; readonly nameBytes: number }
  readonly errors: readonly string[]
}

async function passthrough(t: TestContext, mountOptions: object = {}, source = privateDirectory(t)) {
  // Other users have to pass through it.
  chmodSync(source, 0o755)
  const { path, ask } = await serve(t, 'passthrough', source, JSON.stringify(mountOptions))
  return { source, path, ask: ask as () => Promise<Told> }
}

/** A fresh directory with `inner` in it, which is unmounted before all is removed. */
function mountedDirectory(t: TestContext, inner: string): string {
  const top = mkdtempSync(`${tmpdir()}/fusewire-`)
  mkdirSync(`${top}/${inner}`, { recursive: true })
  t.after(() => {
    umountSync(`${top}/${inner}`, MNT.DETACH)
    rmSync(top, { recursive: true })
  })
  return top
}

async function agent(t: TestContext, who: Credentials): Promise<Agent> {
  const started = await Agent.start(who)
  t.after(async () => started.kill())
  return started
}

test('20,000 operations on the content of files', options, async (t) => {
  const { path, ask } = await passthrough(t)
  const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
  const end = await runFsxProgram(path, ['--ops', '20000', '--seed', String(seed)])
  assert.equal(end.code, 0, end.output)
  assert.ok(!end.output.includes('dropped'), end.output)
  assert.deepEqual((await ask()).errors, [])
})

test(
  'files belong to who made them, in every kind, and obey umask and the directory’s set-group-ID',
  options,
  async (t) => {
    const { source, path } = await passthrough(t)
    mkdirSync(`${source}/d`)
    chownSync(`${source}/d`, 0, 1001)
    chmodSync(`${source}/d`, 0o2775)
    // He may write there by a supplementary group alone, which the host hears of as CREATE_SUPP_GROUP.
    const user = await agent(t, { uid: 1234, gid: 2345, groups: [777, 1001] })
    await user.call('umask', 0o027)
    await user.call('mkdir', `${path}/d/sub`, 0o2777)
    await user.call('close', await user.call('open', `${path}/d/file`, O.CREAT | O.WRONLY, 0o666))
    await user.call('symlink', 'x', `${path}/d/link`)
    await user.call('mknod', `${path}/d/fifo`, 0o10666)
    const fd = await user.call('open', `${path}/d`, O.TMPFILE | O.RDWR, 0o666)
    const nameless = await user.call('fstat', fd)
    assert.deepEqual([nameless.uid, nameless.gid, nameless.mode & 0o7777], [1234, 1001, 0o640])
    for (const [name, mode] of Object.entries({ sub: 0o2750, file: 0o640, fifo: 0o640, link: 0o777 })) {
      const stat = posix.lstat(`${source}/d/${name}`)
      assert.deepEqual([name, stat.uid, stat.gid, stat.mode & 0o7777], [name, 1234, 1001, mode])
    }
    chmodSync(`${source}/d`, 0o777)
    await user.call('mkdir', `${path}/d/own`, 0o777)
    assert.equal(posix.stat(`${source}/d/own`).gid, 2345)
  },
)

/** An ACL as the kernel keeps it: version 2, then tag, permissions and id of each entry. */
function acl(...entries: readonly (readonly [tag: number, permissions: number, id?: number])[]): Buffer {
  const bytes = Buffer.alloc(4 + 8 * entries.length)
  bytes.writeUInt32LE(2, 0)
  for (const [i, [tag, permissions, id = 0xffffffff]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + 8 * i)
    bytes.writeUInt16LE(permissions, 6 + 8 * i)
    bytes.writeUInt32LE(id, 8 + 8 * i)
  }
  return bytes
}
const ACL = { USER_OBJ: 1, USER: 2, GROUP_OBJ: 4, GROUP: 8, MASK: 16, OTHER: 32 } as const

test('access control lists of the host decide, and are inherited', options, async (t) => {
  const { source, path } = await passthrough(t)
  writeFileSync(`${source}/f`, 'text')
  mkdirSync(`${source}/d`, { mode: 0o700 })
  const byName = acl([ACL.USER_OBJ, 6], [ACL.USER, 6, 1234], [ACL.GROUP_OBJ, 0], [ACL.MASK, 6], [ACL.OTHER, 0])
  try {
    posix.setxattr(`${source}/f`, 'system.posix_acl_access', byName)
  } catch {
    return t.skip('this filesystem has no ACLs')
  }
  const named = await agent(t, { uid: 1234, gid: 2345, groups: [] })
  // The mode shows rw for the group, which is the mask: the group itself may nothing.
  const groupMember = await agent(t, { uid: 1235, gid: 0, groups: [] })
  assert.ok((await named.call('open', `${path}/f`, O.RDWR)) > 0)
  await assert.rejects(groupMember.call('open', `${path}/f`, O.RDONLY), { code: 'EACCES' })

  // By a supplementary group that only the list names: the host has to be told of it.
  const entry = [ACL.GROUP, 7, 777] as const
  const list = acl([ACL.USER_OBJ, 7], [ACL.GROUP_OBJ, 0], entry, [ACL.MASK, 7], [ACL.OTHER, 0])
  posix.setxattr(`${source}/d`, 'system.posix_acl_access', list)
  posix.setxattr(`${source}/d`, 'system.posix_acl_default', list)
  const listed = await agent(t, { uid: 1236, gid: 2346, groups: [777] })
  await listed.call('umask', 0o077)
  await listed.call('close', await listed.call('open', `${path}/d/new`, O.CREAT | O.WRONLY, 0o666))
  const made = posix.stat(`${source}/d/new`)
  // The umask does not count where there is a default list.
  assert.deepEqual([made.uid, made.mode & 0o777], [1236, 0o660])
  await assert.rejects(named.call('open', `${path}/d/other`, O.CREAT | O.WRONLY), { code: 'EACCES' })
})

test('what is moved, replaced and removed on the host is what one gets', options, async (t) => {
  const { source, path } = await passthrough(t)
  writeFileSync(`${source}/a`, 'first')
  assert.equal(readFileSync(`${path}/a`, 'utf8'), 'first')
  const open = openSync(`${path}/a`, 'r+')
  try {
    for (let i = 0; i < 50; i += 1) {
      // Within the timeout of the name.
      writeFileSync(`${source}/new`, `other ${i}`)
      renameSync(`${source}/a`, `${source}/old`)
      renameSync(`${source}/new`, `${source}/a`)
      assert.equal(readFileSync(`${path}/a`, 'utf8'), `other ${i}`)
      if (i === 0) assert.equal(readFileSync(`${path}/old`, 'utf8'), 'first')
      chmodSync(`${path}/a`, 0o600 + (i % 8))
      assert.equal(statSync(`${source}/a`).mode & 0o777, 0o600 + (i % 8))
    }
    writeSync(open, 'FIRST', 0)
    assert.equal(fstatSync(open).nlink, 0)
  } finally {
    closeSync(open)
  }
  unlinkSync(`${source}/a`)
  assert.throws(() => readFileSync(`${path}/a`), { code: 'ENOENT' })
  symlinkSync('/etc/passwd', `${source}/a`)
  assert.throws(() => openSync(`${path}/a`, O.NOFOLLOW), { code: 'ELOOP' })
})

test('a log that the host and the mount append to loses nothing', options, async (t) => {
  const { source, path } = await passthrough(t)
  const log = openSync(`${path}/log`, 'a')
  const lines: string[] = []
  for (let i = 0; i < 200; i += 1) {
    const line = `line ${i}\n`
    if (i % 3 === 0) appendFileSync(`${source}/log`, line)
    else writeSync(log, line)
    lines.push(line)
  }
  closeSync(log)
  assert.equal(readFileSync(`${source}/log`, 'utf8'), lines.join(''))
  assert.equal(readFileSync(`${path}/log`, 'utf8'), lines.join(''))
})

test('50,000 entries are each listed once while others come and go on the host', options, async (t) => {
  const { source, path } = await passthrough(t)
  mkdirSync(`${source}/d`)
  const count = 50_000
  const expected = Array.from({ length: count }, (_, i) => `stays-${i}`)
  for (const name of expected) closeSync(openSync(`${source}/d/${name}`, 'w'))
  const fd = openSync(`${path}/d`, O.RDONLY)
  t.after(() => closeSync(fd))
  const seen = new Map<string, number>()
  for (let i = 0; ; i += 1) {
    const entries = posix.getdents(fd, 32_768)
    if (entries.length === 0) break
    for (const { name } of entries) seen.set(name.toString(), (seen.get(name.toString()) ?? 0) + 1)
    for (let j = 0; j < 5; j += 1) closeSync(openSync(`${source}/d/comes-${i}-${j}`, 'w'))
    if (i > 2) for (let j = 0; j < 5; j += 1) unlinkSync(`${source}/d/comes-${i - 2}-${j}`)
  }
  assert.deepEqual(
    expected.filter((name) => seen.get(name) !== 1),
    [],
  )
})

/** Does of everything a little, and leaves names behind. */
function useAll(path: string): void {
  for (let i = 0; i < 30; i += 1) {
    mkdirSync(`${path}/d${i}/e`, { recursive: true })
    writeFileSync(`${path}/d${i}/e/file`, 'text')
    posix.link(`${path}/d${i}/e/file`, `${path}/d${i}/link`)
    renameSync(`${path}/d${i}/e/file`, `${path}/d${i}/moved`)
    // Also those that are looked at when they have lost their name.
    const watched = posix.open(`${path}/d${i}/e`, O.PATH)
    rmSync(`${path}/d${i}/e`, { recursive: true })
    assert.equal(posix.fstat(watched).mode & 0o170000, 0o40000)
    posix.close(watched)
    assert.equal(readdirSync(`${path}/d${i}`, { withFileTypes: true }).length, 2)
    const unlinked = openSync(`${path}/d${i}/moved`, 'r')
    unlinkSync(`${path}/d${i}/moved`)
    if (i % 2 === 0) unlinkSync(`${path}/d${i}/link`)
    assert.equal(readSync(unlinked, Buffer.alloc(10)), 4)
    closeSync(unlinked)
  }
  execFileSync('ls', ['-lR', path])
}

async function forgetAll(ask: () => Promise<Told>): Promise<void> {
  assert.ok((await ask()).counts.nodes > 30)
  for (let tries = 0; ; tries += 1) {
    writeFileSync('/proc/sys/vm/drop_caches', '2')
    const { counts, errors } = await ask()
    assert.deepEqual(errors, [])
    if (counts.nodes === 1) return assert.deepEqual(counts, { nodes: 1, handles: 0, nameBytes: 0 })
    assert.ok(tries < 100, `the server still knows ${JSON.stringify(counts)}`)
    // FORGET comes when the server reads it, which nobody waits for.
    await sleep(50)
  }
}

test('all is forgotten and closed once the kernel has dropped its caches', options, async (t) => {
  const { path, ask } = await passthrough(t)
  useAll(path)
  await forgetAll(ask)
})

test('two isolates serve one mount as one does', options, async (t) => {
  const { source, path, ask } = await passthrough(t, { threads: 2 })
  const programs = ['one', 'two'].map(async (name) => {
    mkdirSync(`${source}/${name}`)
    return runFsxProgram(`${path}/${name}`, ['--ops', '4000'])
  })
  for (const { code, output } of await Promise.all(programs)) assert.equal(code, 0, output)
  useAll(path)
  await forgetAll(ask)
})

test('what is mounted within the source is served, with inode numbers of its own', options, async (t) => {
  const top = mountedDirectory(t, 'source/inner')
  const source = `${top}/source`
  execFileSync('mount', ['-t', 'tmpfs', 'fusewire-test', `${source}/inner`])
  writeFileSync(`${source}/inner/file`, 'text')
  const { path } = await passthrough(t, {}, source)
  assert.equal(readFileSync(`${path}/inner/file`, 'utf8'), 'text')
  const file = posix.lstat(`${path}/inner/file`)
  assert.equal(statSync(`${path}/inner/file`).dev, statSync(path).dev)
  assert.notEqual(file.ino, posix.lstat(`${source}/inner/file`).ino)
  const fd = openSync(`${path}/inner`, O.RDONLY)
  t.after(() => closeSync(fd))
  assert.equal(posix.getdents(fd).find(({ name }) => name.toString() === 'file')?.ino, file.ino)
  writeFileSync(`${path}/inner/new`, 'new')
  assert.ok(existsSync(`${source}/inner/new`))
  assert.throws(() => renameSync(`${path}/inner/new`, `${path}/new`), { code: 'EXDEV' })
})

test('a source that is mounted read-only is read-only', options, async (t) => {
  const source = `${mountedDirectory(t, 'source')}/source`
  writeFileSync(`${source}/f`, 'text')
  execFileSync('mount', ['--bind', source, source])
  execFileSync('mount', ['-o', 'remount,bind,ro', source])
  const { path } = await serve(t, 'passthrough', source)
  assert.equal(readFileSync(`${path}/f`, 'utf8'), 'text')
  for (const change of [
    () => writeFileSync(`${path}/f`, 'x'),
    () => mkdirSync(`${path}/d`),
    () => unlinkSync(`${path}/f`),
    () => chmodSync(`${path}/f`, 0o600),
    () => posix.setxattr(`${path}/f`, 'user.a', 'x'),
  ]) {
    assert.throws(change, { code: 'EROFS' })
  }
})

test('with WRITEBACK_CACHE content is the same, appended and partly written too', options, async (t) => {
  const { source, path } = await passthrough(t, { init: { writebackCache: true } })
  const fd = openSync(`${path}/f`, O.CREAT | O.WRONLY | O.APPEND, 0o600)
  for (let i = 0; i < 300; i += 1) writeSync(fd, `line ${i}\n`)
  closeSync(fd)
  const part = openSync(`${path}/f`, O.WRONLY)
  writeSync(part, 'LINE', 0)
  closeSync(part)
  const expected = Array.from({ length: 300 }, (_, i) => `line ${i}\n`)
    .join('')
    .replace('line', 'LINE')
  assert.equal(readFileSync(`${source}/f`, 'utf8'), expected)
})
