import assert from 'node:assert/strict'
import { createClient, type Client } from '#src/client/client.js'
import type { ClientOptions } from '#src/client/options.js'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { Session } from '#src/server/session.js'
import { createPair } from '#src/transport/memory.js'
import { MemoryNotifyPort } from '#src/transport/memory-notify.js'

/** A client and what it is a client of. */
export interface ServedClient {
  readonly client: Client
  readonly session: Session
  close(this: void): Promise<void>
}

const NO_CACHE = { entryTimeoutMs: 0, attrTimeoutMs: 0, negativeTimeoutMs: 0, keepCache: false, cacheDir: false }

/** A filesystem without a kernel, for whoever runs this. */
export function clientOf(fs: FileSystem, options: ClientOptions = {}): ServedClient {
  const [ours, theirs] = createPair()
  const { init = {}, defaultPermissions, ...defaults } = fs.mountDefaults ?? {}
  const errors: unknown[] = []
  const session = new Session(theirs, fs, {
    defaults: { ...NO_CACHE, ...defaults },
    init,
    onError: (error) => errors.push(error),
    notifyPort: new MemoryNotifyPort(theirs),
  })
  theirs.start(session)
  const who = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, umask: process.umask() }
  const client = createClient(ours, { defaultPermissions, ...who, ...options })
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

/** A memory filesystem without a kernel, in which everybody may make files. */
export function memoryClient(options: ClientOptions = {}): ServedClient {
  return clientOf(new MemoryFileSystem({ mode: 0o1777 }), options)
}
