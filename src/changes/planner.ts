import type { NodeId } from '../base/ids.js'
import type { Coherence } from '../notify/coherence.js'
import type { NotifySupport } from '../protocol/negotiated.js'
import type { Edit } from './edit.js'
import type { Holdings } from './holdings.js'
import type { Modification } from './options.js'
import type { Place } from './place.js'
import type { Plan } from './plan.js'
import { Resolver } from './resolve.js'

/** What {@link Planner} works with. */
export interface PlannerContext {
  readonly holdings: Holdings
  readonly coherence: Coherence
  readonly supports: NotifySupport
  readonly nodeOf: ((object: object) => NodeId | undefined) | undefined
}

/** More bytes than these are not put into the page cache: who wants them reads them. */
const STORE_BYTES = 4 * 1024 * 1024

/**
 * Makes of what changed the least that the peer must be told. What it does not hold costs nothing; but whatever is being
 * answered at this moment is kept from promising anything of it.
 */
export class Planner {
  private readonly context: PlannerContext
  private readonly resolver: Resolver

  constructor(context: PlannerContext) {
    this.context = context
    const { holdings, coherence, nodeOf } = context
    this.resolver = new Resolver({ names: holdings.names, races: coherence.races, nodeOf })
  }

  /** @throws TypeError, RangeError for what makes no sense; then nothing of this edit is in the plan */
  add(edit: Edit, plan: Plan): void {
    switch (edit.is) {
      case 'modified':
        checkModification(edit.what)
        for (const node of this.resolver.nodes(edit.target)) this.modified(node, edit.what, plan)
        break
      case 'created':
        for (const place of this.resolver.places(edit.place)) this.created(place, plan)
        break
      case 'removed':
        for (const place of this.resolver.places(edit.place)) this.removed(place, plan)
        break
      case 'renamed':
        this.renamed(this.resolver.places(edit.from), this.resolver.places(edit.to), plan)
        break
    }
  }

  private modified(node: NodeId, what: Modification, plan: Plan): void {
    const { holdings, supports } = this.context
    if (!this.isKnown(node)) return
    plan.attributes(node)
    const { offset = 0, data, length = data?.length ?? Infinity, size, attributesOnly = false } = what
    if (attributesOnly) return
    const isStored =
      data !== undefined && data.length <= STORE_BYTES && supports.store && holdings.isInUse(node) && this.isFile(node)
    if (!isStored && !holdings.hasContent(node)) return
    const isPart = what.offset !== undefined || what.length !== undefined || data !== undefined
    if (!isPart) {
      plan.content(node)
      return
    }
    // What lies behind the end must go first: bytes that are stored then end where the file does.
    if (size !== undefined) plan.content(node, { offset: size, length: Infinity })
    if (isStored) plan.content(node, { offset, length: data.length, data })
    else if (length > 0) plan.content(node, { offset, length })
  }

  private created(place: Place, plan: Plan): void {
    const { names } = this.context.holdings
    if (!this.changedIn(place, plan)) return
    const held = names.get(place.parent, place.name)
    if (held === undefined) return
    // A name that is held already was replaced; or this tells of what the peer itself has made.
    plan.entry({ how: held === 0 ? 'drop' : 'expire', place })
    if (held === 0) names.demote(place.parent, place.name)
    else this.modified(held, {}, plan)
  }

  private removed(place: Place, plan: Plan): void {
    const { names } = this.context.holdings
    if (!this.changedIn(place, plan)) return
    const held = names.get(place.parent, place.name)
    if (held !== undefined && held !== 0) this.gone(held, place, plan)
  }

  private renamed(from: readonly Place[], to: readonly Place[], plan: Plan): void {
    const { names } = this.context.holdings
    const moved = new Set(from.flatMap(({ parent, name }) => names.nodesAt(parent, name)))
    for (const place of to) {
      if (!this.changedIn(place, plan)) continue
      const held = names.get(place.parent, place.name)
      if (held === undefined) continue
      if (held !== 0 && !moved.has(held)) this.gone(held, place, plan)
      else plan.entry({ how: held === 0 ? 'drop' : 'expire', place })
      if (held === 0) names.demote(place.parent, place.name)
    }
    for (const place of from) {
      for (const target of to) names.movedAtSource(place, target)
      if (!this.changedIn(place, plan)) continue
      const held = names.get(place.parent, place.name)
      if (held === undefined || held === 0) continue
      plan.entry({ how: 'expire', place })
      plan.attributes(held)
      names.demote(place.parent, place.name)
    }
  }

  /** Names in a directory changed, so its attributes and its listing did. Returns whether the peer knows it. */
  private changedIn({ parent }: Place, plan: Plan): boolean {
    const { holdings, coherence } = this.context
    coherence.races.touchNames(parent)
    if (!this.isKnown(parent)) return false
    if (holdings.hasContent(parent)) plan.content(parent)
    else plan.attributes(parent)
    return true
  }

  /** `node` is at this name no more, nor at any other, unless it has several. */
  private gone(node: NodeId, place: Place, plan: Plan): void {
    const { holdings, coherence, supports } = this.context
    coherence.races.touchNode(node)
    plan.entry({ how: 'remove', place, child: node })
    // DELETE takes the last link of what the peer has; nothing else does.
    if (holdings.hasOtherLinks(node) || !supports.delete) plan.attributes(node)
    holdings.names.demote(place.parent, place.name)
    this.goneBelow(node, plan)
  }

  /** What is in use of a tree that is gone has lost its links too. */
  private goneBelow(directory: NodeId, plan: Plan): void {
    const below = [directory]
    const seen = new Set(below)
    for (const each of below) {
      for (const [, node] of this.context.holdings.names.entries(each)) {
        if (node === 0 || seen.has(node)) continue
        seen.add(node)
        below.push(node)
        if (this.isKnown(node)) plan.attributes(node)
      }
    }
  }

  private isKnown(node: NodeId): boolean {
    const { races, known } = this.context.coherence
    races.touchNode(node)
    return known.has(node)
  }

  private isFile(node: NodeId): boolean {
    return !this.context.coherence.known.isKnownDirectory(node)
  }
}

function checkModification({ offset, length, data, size, attributesOnly }: Modification): void {
  const check = (what: string, value: number | undefined) => {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return
    throw new RangeError(`${what} is ${value}; it must be a whole number of bytes from 0`)
  }
  check('offset', offset)
  check('size', size)
  if (length !== Infinity) check('length', length)
  if (data !== undefined && length !== undefined && length !== data.length) {
    throw new RangeError(`length is ${length}, and there are ${data.length} bytes of data`)
  }
  const end = (offset ?? 0) + (length ?? data?.length ?? 0)
  if (end !== Infinity) check('the end of the range', end)
  if (data !== undefined && size !== undefined && end > size) {
    throw new RangeError(`the data ends at byte ${end}, behind the size ${size}`)
  }
  if (attributesOnly === true && [offset, length, data, size].some((value) => value !== undefined)) {
    throw new TypeError('attributesOnly goes without a range, data and a size')
  }
}
