import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ERRNO } from '../../base/errno.js'
import { SystemError } from '../../base/errors.js'
import { connectTo, seqpacketSocket } from '../../sys/socket.js'
import type { Listener, Transport } from '../transport.js'
import { claimPath } from './claim.js'
import { socketSettings, type SocketOptions, type SocketSettings } from './options.js'
import { listenSeqpacket } from './seqpacket-listener.js'
import { seqpacketOf } from './seqpacket-room.js'
import { listenStream } from './stream-listener.js'
import { StreamTransport } from './stream.js'

/** How long to try again where as many wait to be accepted as may, in ms, and how often. */
const BUSY_MS = 5000
const BUSY_STEP_MS = 10

/** Options of {@link listenSocket}. */
export interface ListenOptions extends SocketOptions {
  /**
   * Permissions of the socket file: who may write to it may connect, and do as root in what is served there.
   * @default 0o600: this user, and root
   */
  readonly mode?: number | undefined
}

/**
 * Connects to a Unix socket.
 * @throws Node's own error, or a SystemError: ENOENT, ECONNREFUSED, EACCES; EPROTOTYPE if it is of the other kind.
 *   UnsupportedError for seqpacket where there are no system calls, or no messages of that size
 */
export function connectSocket(path: string, options: SocketOptions = {}): Promise<Transport> {
  const settings = socketSettings(options, false)
  return options.kind === 'seqpacket' ? connectSeqpacket(path, settings) : connectStream(path, settings)
}

/**
 * Listens on a Unix socket. A file that a server left there which has died is replaced; on closing the file is removed.
 * @throws FuseWireError ERR_SOCKET_IN_USE; Node's own error, or a SystemError, such as EACCES; UnsupportedError as
 *   {@link connectSocket}
 */
export async function listenSocket(path: string, options: ListenOptions = {}): Promise<Listener> {
  const settings = socketSettings(options, true)
  const { mode = 0o600 } = options
  await claimPath(path)
  return options.kind === 'seqpacket' ? listenSeqpacket(path, mode, settings) : listenStream(path, mode, settings)
}

function connectStream(path: string, settings: SocketSettings): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(new StreamTransport(socket, settings))
    })
  })
}

async function connectSeqpacket(path: string, settings: SocketSettings): Promise<Transport> {
  const socket = seqpacketSocket()
  const until = performance.now() + BUSY_MS
  for (;;) {
    try {
      connectTo(socket, path)
      break
    } catch (error) {
      const isBusy = error instanceof SystemError && error.errno === -ERRNO.EAGAIN && performance.now() < until
      if (!isBusy) {
        socket.close()
        throw error
      }
    }
    await sleep(BUSY_STEP_MS)
  }
  return seqpacketOf(socket, settings)
}
