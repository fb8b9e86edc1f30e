import type { Transport } from '../transport.js'

/** Connections that nobody took yet: more wait with the system. */
const MAX_WAITING = 64

/** Hands over connections, and keeps those that came before there was somebody to take them. */
export class Arrivals {
  private readonly waiting: Transport[] = []
  private taker: ((transport: Transport) => void) | undefined

  /** Whether one more may come. */
  get hasRoom(): boolean {
    return this.taker !== undefined || this.waiting.length < MAX_WAITING
  }

  take(taker: (transport: Transport) => void): void {
    this.taker = taker
    for (const transport of this.waiting.splice(0)) taker(transport)
  }

  add(transport: Transport): void {
    if (this.taker !== undefined) this.taker(transport)
    else if (this.hasRoom) this.waiting.push(transport)
    else transport.close()
  }

  /** Those that nobody took are closed. */
  end(): void {
    for (const transport of this.waiting.splice(0)) transport.close()
  }
}
