import assert from 'node:assert/strict'
import { createClient, type Client } from '#src/client/client.js'
import type { ClientOptions } from '#src/client/options.js'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import { Session } from '#src/server/session.js'
import { createPair } from '#src/transport/memory.js'
import { MemoryNotifyPort } from '#src/transport/memory-notify.js'

/** A memory filesystem without a kernel, for whoever runs this. */
export function memoryClient(options: ClientOptions = {}): {
  client: Client
  session: Session
  close(): Promise<void>
} {
  const fs = new MemoryFileSystem({ mode: 0o1777 })
  const [ours, theirs] = createPair()
  const { init, defaultPermissions: _, ...defaults } = fs.mountDefaults
  const errors: unknown[] = []
  const session = new Session(theirs, fs, {
    defaults: {
      entryTimeoutMs: 0,
      attrTimeoutMs: 0,
      negativeTimeoutMs: 0,
      keepCache: false,
      cacheDir: false,
      ...defaults,
    },
    init: init ?? {},
    onError: (error) => errors.push(error),
    notifyPort: new MemoryNotifyPort(theirs),
  })
  theirs.start(session)
  const who = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, umask: process.umask() }
  const client = createClient(ours, { defaultPermissions: true, ...who, ...options })
  return {
    client,
    session,
    async close() {
      await client.close()
      await session.closed
      assert.deepEqual(errors, [])
    },
  }
}
