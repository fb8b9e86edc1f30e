import type { Worker } from 'node:worker_threads'
import { eventfd } from '../../../sys/control.js'
import { Fd } from '../../../sys/fd.js'
import { write } from '../../../sys/io.js'
import { startNativeWorker } from '../../../sys/native-worker.js'

/** Words that both threads see: what to wait for, and whether to end. */
export const BELL = { ROUND: 0, ENDED: 1 } as const

/** What the thread that waits is given. */
export interface BellData {
  readonly fd: number
  readonly waker: number
  readonly words: Int32Array
}

/**
 * Tells this thread, whatever its event loop, that a descriptor has become readable: a thread that does nothing else waits in
 * poll(2). Node itself can only wait for descriptors of a few kinds, and libuv's pool has too few threads to give one away.
 * Keeps no process alive.
 */
export class ReadableBell {
  private readonly words = new Int32Array(new SharedArrayBuffer(8))
  private readonly waker = new Fd(eventfd(), 'the waker of a bell')
  private readonly worker: Worker
  /** The end of the process waits for its threads. */
  private readonly wake = (): void => {
    Atomics.store(this.words, BELL.ENDED, 1)
    this.rearm()
    write(this.waker.number, new Uint8Array(new BigUint64Array([1n]).buffer))
  }

  /**
   * @param fd stays the caller's, and must stay open until {@link close} has resolved
   * @param ring is called once, and again after each {@link rearm}
   */
  constructor(fd: number, ring: () => void) {
    const workerData: BellData = { fd, waker: this.waker.number, words: this.words }
    this.worker = startNativeWorker(new URL('./readable-bell-worker.js', import.meta.url), workerData)
    this.worker.on('message', ring)
    this.worker.unref()
    process.once('exit', this.wake)
  }

  /** It has been read until nothing was left: wait again. */
  rearm(): void {
    Atomics.add(this.words, BELL.ROUND, 1)
    Atomics.notify(this.words, BELL.ROUND)
  }

  /** Resolves when nobody waits for the descriptor any more. */
  async close(): Promise<void> {
    process.off('exit', this.wake)
    const ended = new Promise<void>((resolve) => this.worker.once('exit', () => resolve()))
    this.worker.ref()
    this.wake()
    await ended
    this.waker.close()
  }
}
