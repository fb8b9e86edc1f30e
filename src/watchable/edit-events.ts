import type { NodeId } from '../base/ids.js'
import type { Edit } from '../changes/edit.js'
import type { HeldNames } from '../changes/held-names.js'
import type { ChangePlace, ChangeTarget } from '../changes/options.js'
import type { Place } from '../changes/place.js'
import type { ReplayEvent } from './events.js'
import type { RecentLocal } from './recent-local.js'

/** What {@link EditEvents} works with. */
export interface EditEventsContext {
  /** Which nodes, and which names in which directories, of those that the kernel has. */
  readonly nodesOf: (target: ChangeTarget) => readonly NodeId[]
  readonly placesOf: (place: ChangePlace) => readonly Place[]
  readonly names: HeldNames
  /** Whether the kernel has the node, and whether it knows it as a directory. */
  readonly isKnown: (node: NodeId) => boolean
  readonly isDirectory: (node: NodeId) => boolean
  readonly local: RecentLocal
}

/**
 * What those who watch are to hear of a change at the source: as much of it as is in directories that the kernel has, for
 * nobody can watch others; and nothing of what was done through the mount.
 */
export class EditEvents {
  private readonly context: EditEventsContext

  constructor(context: EditEventsContext) {
    this.context = context
  }

  /** To be called before the kernel is told: what is gone is known until then. */
  of(edit: Edit): readonly ReplayEvent[] {
    const { nodesOf, isKnown, local } = this.context
    switch (edit.is) {
      case 'modified': {
        const is = edit.what.attributesOnly === true ? 'attrib' : 'modify'
        const nodes = nodesOf(edit.target).filter(isKnown)
        // Whoever watches a directory need not have looked at what is in it.
        const isNew = nodes.length === 0 && typeof edit.target === 'string'
        if (isNew) return this.news(edit.target).map((of) => ({ is, of }))
        return nodes.filter((node) => !local.hasNode(node)).map((of) => ({ is, of }))
      }
      case 'created':
        return this.news(edit.place).map((at) => ({ is: 'create', at }))
      case 'removed':
        return this.news(edit.place).map((at) => ({ is: 'delete', at, isDirectory: this.wasDirectory(at) }))
      case 'renamed':
        return this.moved(this.news(edit.from), this.news(edit.to))
    }
  }

  private moved(from: readonly Place[], to: readonly Place[]): ReplayEvent[] {
    const [at] = from
    const [target] = to
    // Where the kernel does not have one of the directories, it is a name that comes or goes.
    if (target === undefined)
      return from.map((each) => ({ is: 'delete', at: each, isDirectory: this.wasDirectory(each) }))
    if (at === undefined) return to.map((each) => ({ is: 'create', at: each }))
    return [{ is: 'move', at, to: target, isDirectory: this.wasDirectory(at) }]
  }

  /** In the directories that the kernel has, if it is no echo. */
  private news(place: ChangePlace): readonly Place[] {
    const { placesOf, isKnown, local } = this.context
    return placesOf(place).filter((each) => isKnown(each.parent) && !local.hasName(each))
  }

  private wasDirectory({ parent, name }: Place): boolean {
    return this.context.names.nodesAt(parent, name).some((node) => this.context.isDirectory(node))
  }
}
