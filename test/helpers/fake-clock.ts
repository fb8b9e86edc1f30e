import type { Clock } from '#src/base/clock.js'

/** Time passes when the test says so. */
export class FakeClock implements Clock {
  private time = 0
  private readonly alarms = new Map<object, { readonly at: number; readonly ring: () => void }>()

  now(): number {
    return this.time
  }

  after(ms: number, then: () => void): () => void {
    const alarm = {}
    this.alarms.set(alarm, { at: this.time + ms, ring: then })
    return () => this.alarms.delete(alarm)
  }

  /** How many are to be woken. */
  get pending(): number {
    return this.alarms.size
  }

  /** Rings what is due on the way, each at its time. */
  advance(ms: number): void {
    const end = this.time + ms
    for (;;) {
      const [next] = [...this.alarms].filter(([, { at }]) => at <= end).toSorted(([, a], [, b]) => a.at - b.at)
      if (next === undefined) break
      const [alarm, { at, ring }] = next
      this.alarms.delete(alarm)
      this.time = at
      ring()
    }
    this.time = end
  }
}
