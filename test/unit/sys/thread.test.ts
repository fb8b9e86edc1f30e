import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { PR } from '#src/sys/constants.js'
import { allowedCpus, currentCpu, ownUmask, pinToCpus, prctl, setUmask, threadId } from '#src/sys/thread.js'

test('the main thread has the number of the process', () => {
  assert.equal(threadId(), process.pid)
})

test('a thread runs where it is pinned', (t) => {
  const cpus = allowedCpus()
  t.after(() => pinToCpus(cpus))
  for (const cpu of cpus) {
    pinToCpus([cpu])
    assert.deepEqual(allowedCpus(), [cpu])
    assert.equal(currentCpu(), cpu)
  }
  assert.throws(() => pinToCpus([]), { code: 'EINVAL' })
  assert.throws(() => pinToCpus([8192]), RangeError)
})

test('the umask becomes the thread’s own', (t) => {
  const before = setUmask(0o027)
  t.after(() => setUmask(before))
  ownUmask()
  assert.equal(setUmask(0), 0o027)
  assert.match(readFileSync('/proc/self/status', 'latin1'), /^Umask:\t0000$/m)
})

test('prctl answers and fails as the kernel does', () => {
  assert.equal(prctl(PR.GET_NO_NEW_PRIVS), 0)
  assert.throws(() => prctl(99_999), { code: 'EINVAL', syscall: 'prctl' })
})
