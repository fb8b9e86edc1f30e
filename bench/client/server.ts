import type { SocketKind } from '#src/transport/socket/index.js'
import { listenSocket } from '#src/transport/socket/index.js'
import { serve } from '#src/serve/serve.js'
import { Storer, toy } from './toy.js'

/* Serves the toy on a socket, and sends STOREs when it is told how many. */

const [path, kind] = process.argv.slice(2)
const server = serve(toy(), await listenSocket(path!, { kind: kind as SocketKind }))
const storer = new Storer(() => server.notify)
process.on('message', (stores: number) => storer.send(stores))
process.on('disconnect', () => void server.close())
process.send?.('ready')
await server.closed
