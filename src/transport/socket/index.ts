/* The entry `fusewire/socket`: transports over Unix sockets. Needs Node; `seqpacket` needs Linux. */

export { connectSocket, listenSocket } from './sockets.js'

export type { ListenOptions } from './sockets.js'
export type { SocketKind, SocketOptions } from './options.js'
