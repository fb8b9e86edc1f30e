import { SpinningThread, type SpinningThreadAccess } from '../sys/spinning-thread.js'

/** After the last {@link CpuKeeper.wake} it goes on for so long, and a tick of the kernel's clock or two. */
const SPIN_MS = 4

/** Keeps one CPU that would have nothing to do from sleeping, for a moment each time: whichever the scheduler picks. */
export class CpuKeeper implements Disposable {
  /** Why it does nothing, if it cannot. */
  reason: string | undefined
  private spinning: SpinningThread | undefined
  private isOver = false

  /** For an isolate: the keeper of the thread that made it. */
  static of(access: SpinningThreadAccess): CpuKeeper {
    const keeper = new CpuKeeper()
    keeper.spinning = SpinningThread.of(access)
    return keeper
  }

  /** What {@link of} needs; starts the thread. Undefined where it cannot. */
  share(): SpinningThreadAccess | undefined {
    return this.start()?.access
  }

  /** False if it cannot. */
  wake(): boolean {
    const spinning = this.start()
    spinning?.wake()
    return spinning !== undefined
  }

  [Symbol.dispose](): void {
    this.isOver = true
    this.spinning?.[Symbol.dispose]()
    this.spinning = undefined
  }

  private start(): SpinningThread | undefined {
    if (this.spinning !== undefined || this.isOver || this.reason !== undefined) return this.spinning
    try {
      this.spinning = SpinningThread.start(SPIN_MS)
    } catch (error) {
      this.reason = (error as Error).message
    }
    return this.spinning
  }
}
