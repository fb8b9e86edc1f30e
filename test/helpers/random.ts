/** A small seeded generator (mulberry32): fast, and the same on every machine. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return this.next() % limit
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }
}

/** A whole number from the environment, or `standard`. */
export function fromEnvironment(name: string, standard: number): number {
  const text = process.env[name]
  if (text === undefined || text === '') return standard
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new Error(`${name}=${text} is not a whole number`)
  return number
}
