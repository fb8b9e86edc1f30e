import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { GuardianStatus } from '#src/kernel/guardian.js'
import { mountFuse } from '#src/kernel/mount-fuse.js'
import { findMount } from '#src/kernel/mountinfo.js'
import { readRaw } from '#src/sys/io.js'
import { Memory } from '#src/sys/memory.js'
import { umountSync } from '#src/sys/mount.js'
import { free } from '../helpers/free.js'
import { cannotMount } from '../helpers/needs.js'
import { stateOf, until } from '../helpers/processes.js'

interface Said {
  readonly connection: number
  readonly status: GuardianStatus & { readonly pid: number }
}

/** Half of it is a mount of somebody else at the same place; the kernel gives it the same number. */
for (const remounted of [true, false]) {
  test(
    remounted ? 'a guardian that wakes up too late leaves another mount alone' : 'its twin takes the mount away',
    { skip: cannotMount(), timeout: 20_000 },
    async (t) => {
      const path = mkdtempSync(join(tmpdir(), 'fusewire-guarded-'))
      const server = fork(new URL('servers/guarded.js', import.meta.url), [path])
      t.after(() => {
        server.kill('SIGKILL')
        free(path)
        rmdirSync(path)
      })
      const [{ connection, status }] = (await once(server, 'message')) as [Said]
      assert.equal(status.state, 'on')
      process.kill(status.pid, 'SIGSTOP')
      t.after(() => {
        if (stateOf(status.pid) !== undefined) process.kill(status.pid, 'SIGKILL')
      })
      if (remounted) umountSync(path, 0)
      const other = remounted ? await mountFuse(path, { fsname: 'other' }) : undefined
      t.after(() => other?.fd.close())
      if (other !== undefined && other.connection !== connection) return t.skip('needs the number, which others took')
      server.kill('SIGKILL')
      await once(server, 'exit')
      process.kill(status.pid, 'SIGCONT')
      await until(() => stateOf(status.pid) === undefined, 'the guardian ends')
      assert.equal(findMount(path)?.source, remounted ? 'other' : undefined)
      if (other === undefined) return
      using memory = Memory.allocate(8192)
      assert.ok(readRaw(other.fd.number, memory.address, 8192) > 0, 'its INIT can be read: it was not aborted')
    },
  )
}
