import { Socket } from 'node:net'
import type { Fd } from './fd.js'
import { writeRaw } from './io.js'
import { libc } from './libc.js'
import { socketPair } from './scm-rights.js'

/** More than is ever there, so that each read of the socket is a short one, after which libuv goes on to others. */
const ROOM = 64

/**
 * The way into this thread's event loop for somebody who then waits in libuv's place: a descriptor that the loop watches.
 *
 * It must be one. A message to a MessagePort comes in by libuv's one eventfd for all such wake-ups, which libuv empties
 * before it calls those it is for: who stops in the first of these calls holds up the others, with nothing left to be seen
 * from outside. A descriptor stays readable until its own call comes. (And within timers and immediates libuv does not tell
 * how long it may sleep.)
 */
export class LoopEntry {
  /** The descriptor that the loop watches, once it has had a turn. */
  readonly watched: number
  /** Called in a turn of the loop of its own, once for each {@link request}. To be set before the first. */
  enter: () => void = () => undefined
  private readonly socket: Socket
  private readonly far: Fd

  constructor() {
    const [near, far] = socketPair()
    this.far = far
    this.watched = near.number
    const callback = () => {
      this.enter()
      return true
    }
    // With a buffer of its own nothing is allocated for each turn, and no stream is in between.
    const options = { fd: near.release(), onread: { buffer: new Uint8Array(ROOM), callback } }
    this.socket = new Socket({ ...options, readable: true, writable: false })
    this.socket.resume()
    this.socket.unref()
  }

  /** Asks for a turn. Not again before it has come. */
  request(): void {
    writeRaw(this.far.number, libc().scratch.address, 1)
  }

  /** Keeps the thread alive. */
  ref(): void {
    this.socket.ref()
  }

  unref(): void {
    this.socket.unref()
  }

  close(): void {
    this.socket.destroy()
    this.far.close()
  }
}
