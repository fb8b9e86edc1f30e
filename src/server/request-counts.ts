import { OPCODES, type OpcodeName } from '../protocol/opcodes.js'

/** How many requests of each kind have come. */
export type RequestCount = Readonly<Record<OpcodeName, number>>

/** More than any opcode of a mount; the one for character devices has a number of its own. */
const SLOTS = 128

/** Counts requests by the numbers of their opcodes: it is done for every message. */
export class RequestCounts {
  private readonly counts = new Float64Array(SLOTS)

  count(opcode: number): void {
    if (opcode < SLOTS) this.counts[opcode] = this.counts[opcode]! + 1
  }

  read(): RequestCount {
    const all = Object.entries(OPCODES).map(([op, { code }]) => [op, this.counts[code] ?? 0] as const)
    return Object.fromEntries(all) as RequestCount
  }
}
