import type { NodeId } from '../base/ids.js'
import type { Place } from './place.js'

/**
 * What is to be said of a name.
 *
 * - `drop`: it is to be looked up again.
 * - `expire`: the same; most likely it is still the same object, which should stay as it is if so.
 * - `remove`: it was `child`, which is gone.
 */
export type EntryStep =
  | { readonly how: 'drop' | 'expire'; readonly place: Place }
  | { readonly how: 'remove'; readonly place: Place; readonly child: NodeId }

/** Pages of a node that are to be dropped, or what is to be put into them. */
export interface ContentStep {
  readonly offset: number
  readonly length: number
  readonly data?: Uint8Array
}

/** How many ranges of one file are told one by one. */
const MAX_STEPS = 16
const ALL: ContentStep = { offset: 0, length: Infinity }

/** What is to be told to the peer of changes that belong together: everything once. */
export class Plan {
  /** Of how many names something is to be said. */
  names = 0
  private readonly entries = new Map<NodeId, Map<string, EntryStep>>()
  /** By node, what of its content, in order. Whatever it is, its attributes are stale too. */
  private readonly nodes = new Map<NodeId, ContentStep[]>()

  get isEmpty(): boolean {
    return this.entries.size === 0 && this.nodes.size === 0
  }

  entry(step: EntryStep): void {
    const { parent, name } = step.place
    const steps = this.entries.get(parent) ?? new Map<string, EntryStep>()
    this.entries.set(parent, steps)
    const before = steps.get(name)
    if (before === undefined) this.names += 1
    // What was there first is what the peer has.
    else if (before.how === 'remove' || step.how === 'expire') return
    steps.set(name, step)
  }

  attributes(node: NodeId): void {
    if (!this.nodes.has(node)) this.nodes.set(node, [])
  }

  content(node: NodeId, step: ContentStep = ALL): void {
    const steps = this.nodes.get(node) ?? []
    this.nodes.set(node, steps)
    const last = steps.at(-1)
    const union = last === undefined ? undefined : unite(last, step)
    if (union !== undefined) steps[steps.length - 1] = union
    else steps.push(step)
    const isAll = step.data === undefined && step.offset === 0 && step.length === Infinity
    if (isAll) this.nodes.set(node, [ALL])
    else if (steps.length > MAX_STEPS) this.nodes.set(node, [hull(steps)])
  }

  *entrySteps(): Iterable<EntryStep> {
    for (const steps of this.entries.values()) yield* steps.values()
  }

  nodeSteps(): Iterable<[NodeId, readonly ContentStep[]]> {
    return this.nodes
  }
}

/** One range in place of two that touch. */
function unite(a: ContentStep, b: ContentStep): ContentStep | undefined {
  if (a.data !== undefined || b.data !== undefined) return undefined
  const [endA, endB] = [a.offset + a.length, b.offset + b.length]
  if (b.offset > endA || a.offset > endB) return undefined
  const offset = Math.min(a.offset, b.offset)
  return { offset, length: Math.max(endA, endB) - offset }
}

/** One range that has all of them. */
function hull(steps: readonly ContentStep[]): ContentStep {
  const offset = Math.min(...steps.map((step) => step.offset))
  const end = Math.max(...steps.map((step) => step.offset + step.length))
  return { offset, length: end - offset }
}
