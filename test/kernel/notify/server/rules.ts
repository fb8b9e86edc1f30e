import type { RequestContext } from '#src/server/context.js'
import type { Action, Event, Rule, Seen } from './messages.js'

interface Active {
  readonly id: number
  readonly rule: Rule
  left: number
  /** Those that are held, the oldest first. */
  readonly held: (() => void)[]
}

/** Counts requests, and does with them what the test has ordered. */
export class Rules {
  readonly counts: Record<string, number> = {}
  log: Seen[] = []
  private readonly active: Active[] = []
  private readonly act: (action: Action) => void
  private readonly tell: (event: Event) => void

  constructor(act: (action: Action) => void, tell: (event: Event) => void) {
    this.act = act
    this.tell = tell
  }

  add(id: number, rule: Rule): void {
    this.active.push({ id, rule, left: rule.times ?? Infinity, held: [] })
  }

  /** Lets go what a rule holds, and forgets the rule. */
  release(id: number): void {
    const index = this.active.findIndex((one) => one.id === id)
    if (index < 0) return
    const [one] = this.active.splice(index, 1)
    for (const go of one!.held) go()
  }

  /** Answers with what `compute` answers or throws, now or when the rules say so. */
  apply<T>(
    op: string,
    req: RequestContext,
    name: string | undefined,
    compute: () => T,
    node = req.node,
  ): T | Promise<T> {
    this.counts[op] = (this.counts[op] ?? 0) + 1
    const seen = { op, node, name }
    if (this.log.length < 10_000) this.log.push(seen)
    const one = this.active.find(({ rule, left }) => {
      if (rule.op !== op || left === 0) return false
      return (rule.node === undefined || rule.node === node) && (rule.name === undefined || rule.name === name)
    })
    if (one === undefined) return compute()
    one.left -= 1
    const answer = attempt(compute)
    const { inside = [], after = [], hold = false } = one.rule
    for (const action of inside) this.act(action)
    if (after.length > 0) {
      req.afterReply(() => {
        for (const action of after) this.act(action)
      })
    }
    if (!hold) return answer()
    this.tell({ event: 'arrived', rule: one.id, seen })
    return new Promise<void>((resolve) => one.held.push(resolve)).then(answer)
  }
}

/** What `compute` came to, to be told later. */
function attempt<T>(compute: () => T): () => T {
  try {
    const value = compute()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}
