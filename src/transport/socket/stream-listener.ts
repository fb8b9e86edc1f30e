import { chmodSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { isMainThread } from 'node:worker_threads'
import { Deferred } from '../../base/deferred.js'
import type { Listener, Transport } from '../transport.js'
import { Arrivals } from './arrivals.js'
import type { SocketSettings } from './options.js'
import { StreamTransport } from './stream.js'

/** Listens on a Unix stream socket at `path`, which does not exist. */
export async function listenStream(path: string, mode: number, settings: SocketSettings): Promise<Listener> {
  const arrivals = new Arrivals()
  const server = createServer({ pauseOnConnect: true }, (socket) => arrivals.add(new StreamTransport(socket, settings)))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    listenWithMode(server, path, mode)
    server.once('listening', () => {
      server.off('error', reject)
      resolve()
    })
  })
  const end = new Deferred<void>()
  const stop = (error: Error | undefined) => {
    arrivals.end()
    // The path is gone at once; what Node tells later is that all connections have ended.
    if (server.listening) server.close()
    if (error === undefined) end.resolve()
    else end.reject(error)
  }
  server.on('error', stop)
  const close = async () => stop(undefined)
  const start = (onConnection: (transport: Transport) => void) => arrivals.take(onConnection)
  return { path, start, closed: end.promise, close, [Symbol.asyncDispose]: close }
}

/** Never is the file there with other permissions, if this thread may set its umask. */
function listenWithMode(server: Server, path: string, mode: number): void {
  if (!isMainThread) {
    server.once('listening', () => chmodSync(path, mode))
    server.listen(path)
    return
  }
  const umask = process.umask(0o777 & ~mode)
  try {
    // The socket is made within this call.
    server.listen(path)
  } finally {
    process.umask(umask)
  }
}
