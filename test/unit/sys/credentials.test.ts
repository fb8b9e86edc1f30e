import assert from 'node:assert/strict'
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { O } from '#src/sys/constants.js'
import { currentCredentials, setThreadUser, withCredentials } from '#src/sys/credentials.js'
import { closeFd, open } from '#src/sys/open.js'
import { threadId } from '#src/sys/thread.js'
import { privateDirectory } from '../../helpers/directory.js'

const skip = process.getuid!() === 0 ? false : 'needs root'

function never(): never {
  assert.fail('must not run')
}

/** The four user ids of thread `id`, as the kernel tells them. */
function uids(id: number | string): string {
  return /^Uid:\t(.*)$/m.exec(readFileSync(`/proc/self/task/${id}/status`, 'latin1'))![1]!
}

test('files are made as somebody else, with his rights only, and the thread is root again after', { skip }, (t) => {
  const path = privateDirectory(t)
  chmodSync(path, 0o755)
  mkdirSync(`${path}/shared`)
  chmodSync(`${path}/shared`, 0o777)
  writeFileSync(`${path}/secret`, '', { mode: 0o600 })
  const before = currentCredentials()
  const answer = withCredentials(1234, 2345, [3456, 4567], () => {
    closeFd(open(`${path}/shared/f`, O.CREAT | O.WRONLY, 0o644))
    assert.throws(() => open(`${path}/secret`, O.RDONLY), { code: 'EACCES' })
    assert.deepEqual(currentCredentials(), { uid: 1234, gid: 2345, groups: [3456, 4567] })
    return 42
  })
  assert.equal(answer, 42)
  const { uid, gid } = lstatSync(`${path}/shared/f`)
  assert.deepEqual([uid, gid], [1234, 2345])
  assert.deepEqual(currentCredentials(), before)
  closeFd(open(`${path}/secret`, O.RDONLY))
})

test('no other thread changes', { skip }, () => {
  withCredentials(1234, 2345, [], () => {
    const mine = String(threadId())
    assert.match(uids(mine), /^0\t0\t0\t1234$/)
    const others = readdirSync('/proc/self/task').filter((id) => id !== mine)
    assert.ok(others.length > 3)
    for (const id of others) assert.equal(uids(id), '0\t0\t0\t0')
  })
})

test('they are restored after an exception, a nested change, and a refusal to wait', { skip }, () => {
  const before = currentCredentials()
  assert.throws(
    () =>
      withCredentials(1, 2, [3], () => {
        withCredentials(0, 0, [], () => assert.equal(currentCredentials().uid, 0))
        assert.deepEqual(currentCredentials(), { uid: 1, gid: 2, groups: [3] })
        throw new Error('thrown')
      }),
    /thrown/,
  )
  assert.deepEqual(currentCredentials(), before)
  assert.throws(() => withCredentials(1, 2, [3], async () => {}), TypeError)
  assert.deepEqual(currentCredentials(), before)
})

test('ids of 2^31 and more are no errors, and what is no id is', { skip }, () => {
  assert.equal(
    withCredentials(4_000_000_000, 4_000_000_001, [4_000_000_002], () => currentCredentials().groups[0]),
    4_000_000_002,
  )
  const before = currentCredentials()
  assert.throws(() => withCredentials(-2, 0, undefined, never), { code: 'EINVAL' })
  assert.throws(() => withCredentials(1, 2 ** 32, [], never), { code: 'EINVAL' })
  assert.deepEqual(currentCredentials(), before)
})

test('who may not become somebody else is told so, and nothing has changed', { skip }, () => {
  const thread = currentCredentials()
  // A thread whose user is nobody has no right to change; the saved user lets it come back.
  setThreadUser(-1, 65_534, -1)
  try {
    const before = currentCredentials()
    assert.equal(before.uid, 65_534)
    assert.throws(() => withCredentials(1234, before.gid, undefined, never), {
      code: 'EPERM',
      syscall: 'setfsuid',
    })
    assert.throws(() => withCredentials(65_534, 1234, [1], never), {
      code: 'EPERM',
      syscall: 'setgroups',
    })
    assert.deepEqual(currentCredentials(), before)
  } finally {
    setThreadUser(-1, 0, -1)
  }
  assert.deepEqual(currentCredentials(), thread)
})
