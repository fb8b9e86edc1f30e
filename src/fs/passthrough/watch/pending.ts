import type { NodeId } from '../../../base/ids.js'
import type { Change } from '../../../changes/feed.js'

/** More names than these wait for nobody: rather than one by one, everything is then taken as changed. */
const MAX_NAMES = 65_536

/** The last that was heard of a name in a directory. */
interface NameState {
  readonly parent: NodeId
  readonly name: string
  readonly isThere: boolean
  /** Of the rename that it was half of, or 0. */
  readonly cookie: number
}

/** What was heard of and not handed on yet. Whatever happens again in the meantime is told once. */
export class Pending {
  private isGap = false
  /** Nodes, and whether their attributes alone have changed. */
  private readonly nodes = new Map<NodeId, boolean>()
  private readonly names = new Map<string, NameState>()

  get isEmpty(): boolean {
    return !this.isGap && this.nodes.size === 0 && this.names.size === 0
  }

  modified(node: NodeId, attributesOnly: boolean): void {
    this.nodes.set(node, attributesOnly && this.nodes.get(node) !== false)
  }

  named(parent: NodeId, name: string, isThere: boolean, cookie: number): void {
    const key = `${parent}/${name}`
    // The last is the newest: a batch is in the order in which things were made.
    this.names.delete(key)
    this.names.set(key, { parent, name, isThere, cookie })
    if (this.names.size > MAX_NAMES) this.lost()
  }

  /** Something was lost, or is too much to keep. */
  lost(): void {
    this.isGap = true
    this.nodes.clear()
    this.names.clear()
  }

  take(): { readonly changes: readonly Change[]; readonly gap: boolean } {
    const changes: Change[] = []
    const arrivals = new Map<number, NameState>()
    const departures = new Set<number>()
    for (const state of this.names.values()) {
      if (state.cookie === 0) continue
      if (state.isThere) arrivals.set(state.cookie, state)
      else departures.add(state.cookie)
    }
    for (const { parent, name, isThere, cookie } of this.names.values()) {
      const arrival = arrivals.get(cookie)
      const isRename = cookie !== 0 && arrival !== undefined && departures.has(cookie)
      if (isThere) {
        if (!isRename) changes.push({ is: 'created', parent, name })
      } else if (isRename) {
        changes.push({ is: 'renamed', from: { parent, name }, to: { parent: arrival.parent, name: arrival.name } })
      } else changes.push({ is: 'removed', parent, name })
    }
    for (const [node, attributesOnly] of this.nodes) changes.push({ is: 'modified', node, attributesOnly })
    const gap = this.isGap
    this.isGap = false
    this.names.clear()
    this.nodes.clear()
    return { changes, gap }
  }
}
