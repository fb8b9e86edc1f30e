import { lstatSync, unlinkSync } from 'node:fs'
import { Deferred } from '../../base/deferred.js'
import { ERRNO } from '../../base/errno.js'
import { SystemError } from '../../base/errors.js'
import { Fd } from '../../sys/fd.js'
import { acceptRaw, listenAt, seqpacketSocket } from '../../sys/socket.js'
import type { Loop, Source } from '../device-source.js'
import { PENDING, WORKED } from '../device-source.js'
import { threadLoop } from '../thread-loop.js'
import type { Listener, Transport } from '../transport.js'
import { Arrivals } from './arrivals.js'
import type { SocketSettings } from './options.js'
import { checkRoom, seqpacketOf } from './seqpacket-room.js'

const BACKLOG = 128

/** Listens on a seqpacket socket at `path`, which does not exist. */
export async function listenSeqpacket(path: string, mode: number, settings: SocketSettings): Promise<Listener> {
  const { loop } = await threadLoop()
  let socket: Fd | undefined
  try {
    socket = seqpacketSocket()
    checkRoom(socket, settings)
    listenAt(socket, path, mode, BACKLOG)
    return new SeqpacketListener(path, socket, loop, settings)
  } catch (error) {
    socket?.close()
    loop.close()
    throw error
  }
}

class SeqpacketListener implements Listener, Source {
  readonly path: string
  readonly fd: number
  readonly closed: Promise<void>
  private readonly socket: Fd
  private readonly loop: Loop
  private readonly settings: SocketSettings
  private readonly arrivals = new Arrivals()
  private readonly end = new Deferred<void>()
  /** Which file it made: another that has its name by then is not removed. */
  private readonly ino: number

  constructor(path: string, socket: Fd, loop: Loop, settings: SocketSettings) {
    this.path = path
    this.socket = socket
    this.fd = socket.number
    this.loop = loop
    this.settings = settings
    this.ino = lstatSync(path).ino
    this.closed = this.end.promise
    loop.add(this)
  }

  /** Takes what waits to be connected. */
  pump(budget: number): number {
    for (let i = 0; i < budget; i += 1) {
      const accepted = acceptRaw(this.fd)
      if (accepted >= 0) {
        void this.arrive(new Fd(accepted, 'the socket'))
        continue
      }
      if (accepted === -ERRNO.EAGAIN) return i === 0 ? 0 : WORKED | PENDING
      if (accepted === -ERRNO.EINTR || accepted === -ERRNO.ECONNABORTED) continue
      // No more descriptors, or no memory: whoever listens is told, and may close connections and listen again.
      this.stop(new SystemError(-accepted, 'accept', this.path))
      break
    }
    return WORKED | PENDING
  }

  start(onConnection: (transport: Transport) => void): void {
    this.arrivals.take(onConnection)
  }

  readonly close = async (): Promise<void> => this.stop(undefined)

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop(undefined)
  }

  private async arrive(socket: Fd): Promise<void> {
    try {
      this.arrivals.add(await seqpacketOf(socket, this.settings))
    } catch {
      // No memory for it: whoever connected sees the end at once.
    }
  }

  private stop(error: SystemError | undefined): void {
    if (!this.socket.isOpen) return
    this.loop.remove(this)
    this.loop.close()
    if (lstatSync(this.path, { throwIfNoEntry: false })?.ino === this.ino) unlinkSync(this.path)
    this.socket.close()
    this.arrivals.end()
    if (error === undefined) this.end.resolve()
    else this.end.reject(error)
  }
}
