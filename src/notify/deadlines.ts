import type { Clock } from '../base/clock.js'

interface Deadline {
  readonly at: number
  readonly late: () => void
}

/** Time limits for many things, most of which end long before: one timer for all, armed for the one that is due first. */
export class Deadlines {
  private readonly clock: Clock
  private readonly pending = new Map<number, Deadline>()
  private cancel: (() => void) | undefined
  private armedFor = Infinity

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Calls `late` after `ms`, unless `id` is deleted before; never if `ms` is Infinity. */
  set(id: number, ms: number, late: () => void): void {
    if (ms === Infinity) return
    const at = this.clock.now() + ms
    this.pending.set(id, { at, late })
    if (at < this.armedFor) this.arm(at)
  }

  delete(id: number): void {
    this.pending.delete(id)
  }

  clear(): void {
    this.pending.clear()
    this.cancel?.()
    this.cancel = undefined
    this.armedFor = Infinity
  }

  private arm(at: number): void {
    this.cancel?.()
    this.armedFor = at
    this.cancel = this.clock.after(Math.max(0, at - this.clock.now()), () => this.due())
  }

  private due(): void {
    this.cancel = undefined
    this.armedFor = Infinity
    const now = this.clock.now()
    let next = Infinity
    const late: Deadline[] = []
    for (const [id, deadline] of this.pending) {
      if (deadline.at > now) next = Math.min(next, deadline.at)
      else {
        this.pending.delete(id)
        late.push(deadline)
      }
    }
    if (next !== Infinity) this.arm(next)
    for (const each of late) each.late()
  }
}
