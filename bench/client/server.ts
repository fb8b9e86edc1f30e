import type { SocketKind } from '#src/transport/socket/index.js'
import { listenSocket } from '#src/transport/socket/index.js'
import { serve } from '#src/serve/serve.js'
import { CACHED, toy } from './toy.js'

/* Serves the toy on a socket, and sends STOREs when it is told how many. */

const [path, kind] = process.argv.slice(2)
const server = serve(toy(), await listenSocket(path!, { kind: kind as SocketKind }))
const page = new Uint8Array(4096)
process.on('message', (stores: number) => {
  for (let i = 1; i <= stores; i += 1) {
    page.fill(i & 0xff)
    void server.notify.store(CACHED, 0, page.slice())
  }
})
process.on('disconnect', () => void server.close())
process.send?.('ready')
await server.closed
