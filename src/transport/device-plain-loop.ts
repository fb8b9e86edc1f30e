import { EFD, POLL } from '../sys/constants.js'
import { eventfd } from '../sys/control.js'
import { Fd } from '../sys/fd.js'
import { read, write } from '../sys/io.js'
import { PollSet } from '../sys/wait.js'
import { MORE, type Loop, type LoopStats, type Source } from './device-source.js'

/*
 * The loop for threads whose libuv loop cannot be reached: a thread of libuv's pool waits in poll(2) and tells this one
 * when there is something to read, which costs two changes of thread where the reactor has none. Under load nobody waits,
 * and each turn of the event loop reads all there is.
 */

/** Requests of one source in one turn of the event loop. */
const BUDGET = 64
/** After work it looks again in each turn of the event loop for this time before somebody waits in its place. */
const SPIN_MS = 0.1
/** Requests that follow one another within this time are worth that. */
const CLOSE_MS = 0.5
/**
 * The longest wait. The end of the process or of the thread waits for those in the pool: `wake` ends them where that can
 * be seen coming, and this where it cannot.
 */
const LONGEST_MS = 1000
/** The eventfd, and the sources behind it. */
const WAKER = 0

/** Runs sources on any event loop. */
export class PlainLoop implements Loop {
  readonly stats: LoopStats = { turns: 0, settles: 0, sleeps: 0, spins: 0, spinHits: 0 }
  private readonly sources: Source[] = []
  /** Ends the wait of the pool's thread; there while this runs. */
  private waker: Fd | undefined
  private lastWork = 0
  private isClose = false

  add(source: Source): void {
    this.sources.push(source)
    if (this.waker === undefined) {
      this.waker = new Fd(eventfd(0, EFD.CLOEXEC | EFD.NONBLOCK), 'the waker of the loop')
      process.once('exit', this.wake)
      setImmediate(this.run)
    } else this.wake()
  }

  update(): void {
    this.wake()
  }

  remove(source: Source): void {
    const index = this.sources.indexOf(source)
    if (index < 0) return
    this.sources.splice(index, 1)
    this.wake()
  }

  /** There is nothing: what it has open it closes with its last source. */
  close(): void {}

  private readonly wake = (): void => {
    if (this.waker?.isOpen === true) write(this.waker.number, new Uint8Array(new BigUint64Array([1n]).buffer))
  }

  private readonly run = (): void => {
    this.stats.turns += 1
    let result = 0
    for (let i = this.sources.length - 1; i >= 0; i -= 1) result |= this.sources[i]?.pump(BUDGET) ?? 0
    if (this.sources.length === 0) return this.stop()
    const now = performance.now()
    if (result !== 0) {
      this.isClose = now - this.lastWork < CLOSE_MS
      this.lastWork = now
    }
    if ((result & MORE) !== 0 || (this.isClose && now - this.lastWork < SPIN_MS)) setImmediate(this.run)
    else void this.sleep()
  }

  private async sleep(): Promise<void> {
    this.stats.sleeps += 1
    this.isClose = false
    const { number } = this.waker!
    // Made anew for each sleep: the pool's thread looks at it, whatever becomes of the sources meanwhile.
    using polled = new PollSet(this.sources.length + 1)
    polled.add(number, POLL.IN)
    for (const source of this.sources) polled.add(source.fd, source.interest ?? POLL.IN)
    await polled.waitDetached(LONGEST_MS)
    if (polled.ready(WAKER) !== 0) read(number, new Uint8Array(8))
    this.run()
  }

  private stop(): void {
    process.off('exit', this.wake)
    this.waker?.close()
    this.waker = undefined
  }
}
