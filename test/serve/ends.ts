import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectSocket, listenSocket, type SocketKind } from '#src/transport/socket/index.js'
import { createClient, type Client } from '#src/client/client.js'
import type { ClientOptions } from '#src/client/options.js'
import type { ServeOptions } from '#src/serve/options.js'
import type { FileServer } from '#src/serve/server.js'
import { serve } from '#src/serve/serve.js'
import type { FileSystem } from '#src/server/filesystem.js'

export const KINDS: readonly SocketKind[] = process.platform === 'linux' ? ['stream', 'seqpacket'] : ['stream']

/** A server on a socket in a directory of its own, and what it reported. */
export interface Serving extends AsyncDisposable {
  readonly path: string
  readonly server: FileServer
  readonly errors: { readonly error: unknown; readonly request: string }[]
  connect(options?: ClientOptions): Promise<Client>
}

export async function serving(fs: FileSystem, kind: SocketKind, options: ServeOptions = {}): Promise<Serving> {
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-serve-'))
  const path = join(directory, 'socket')
  const errors: Serving['errors'] = []
  const onError = (error: unknown, request: string) => void errors.push({ error, request })
  const server = serve(fs, await listenSocket(path, { kind }), { onError, ...options })
  return {
    path,
    server,
    errors,
    connect: async (wanted) => createClient(await connectSocket(path, { kind }), wanted),
    async [Symbol.asyncDispose]() {
      await server.close()
      rmSync(directory, { recursive: true })
    },
  }
}

/** Waits until `condition` holds: however long that takes, the test has a time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}
