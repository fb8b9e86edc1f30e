import { UnsupportedError } from '../../base/errors.js'
import type { Fd } from '../../sys/fd.js'
import { makeSendRoom } from '../../sys/socket.js'
import { threadLoop } from '../thread-loop.js'
import type { SocketSettings } from './options.js'
import { SeqpacketTransport } from './seqpacket.js'

/** A transport over a connected socket, which is closed if there can be none. @throws UnsupportedError as {@link checkRoom} */
export async function seqpacketOf(socket: Fd, settings: SocketSettings): Promise<SeqpacketTransport> {
  try {
    checkRoom(socket, settings)
    const { loop } = await threadLoop()
    return new SeqpacketTransport(socket, loop, settings)
  } catch (error) {
    socket.close()
    throw error
  }
}

/** Makes room for messages of the wanted size. @throws UnsupportedError if the system has none for them */
export function checkRoom(socket: Fd, { bufferBytes }: SocketSettings): void {
  const room = makeSendRoom(socket, bufferBytes)
  if (room >= bufferBytes) return
  const problem = `messages of ${bufferBytes} bytes cannot be sent over seqpacket here, only of ${room}`
  throw new UnsupportedError(`${problem}: take a smaller maxDataBytes, or raise the sysctl net.core.wmem_max`)
}
