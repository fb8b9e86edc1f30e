import type { NodeId } from '../base/ids.js'
import type { KnownNodes } from '../notify/known-nodes.js'
import type { Notifier } from '../notify/notifier.js'
import { NOT_CACHED, NotifyError, type NotifyOutcome, type NotifyResult } from '../notify/result.js'
import type { NotifySupport } from '../protocol/negotiated.js'
import type { Holdings } from './holdings.js'
import type { Place } from './place.js'
import type { ContentStep, EntryStep, Plan } from './plan.js'

/** What {@link carryOut} works with. */
export interface CarryOutContext {
  readonly notify: Notifier
  readonly supports: NotifySupport
  readonly holdings: Holdings
  readonly known: KnownNodes
  /** What a name is at this moment, by the filesystem's own word; 0: nothing, undefined: it does not say. */
  readonly find: (parent: NodeId, name: string) => Promise<NodeId | 0 | undefined>
}

/** From how many names on every name is dropped at once (INC_EPOCH), in place of each. */
const MANY_NAMES = 256

/**
 * Tells the peer what is planned. Everything is handed over at once, but for what must ask the filesystem first; resolves
 * when the peer has done all of it. @throws NotifyError where something could not be told
 */
export async function carryOut(plan: Plan, context: CarryOutContext): Promise<NotifyResult> {
  if (plan.isEmpty) return NOT_CACHED
  const results: Promise<NotifyResult>[] = []
  if (plan.names > MANY_NAMES && context.supports.incEpoch) results.push(everyName(context))
  else for (const step of plan.entrySteps()) results.push(tellEntry(step, context))
  for (const [node, steps] of plan.nodeSteps()) results.push(...tellNode(node, steps, context))
  return together(results)
}

/** Of several, what says most of what was done, and the longest time. @throws what the first of them is rejected with */
export async function together(results: readonly Promise<NotifyResult>[]): Promise<NotifyResult> {
  const settled = await Promise.allSettled(results)
  let outcome: NotifyOutcome = 'not-cached'
  let waitedMs = 0
  for (const each of settled) {
    if (each.status === 'rejected') throw each.reason
    if (ORDER.indexOf(each.value.outcome) > ORDER.indexOf(outcome)) outcome = each.value.outcome
    waitedMs = Math.max(waitedMs, each.value.waitedMs)
  }
  return { outcome, waitedMs }
}

const ORDER: readonly NotifyOutcome[] = ['not-cached', 'merged', 'applied', 'escalated']

async function everyName({ notify, holdings }: CarryOutContext): Promise<NotifyResult> {
  holdings.names.forgetMissing()
  const { waitedMs } = await notify.incEpoch()
  return { outcome: 'escalated', waitedMs }
}

async function tellEntry(step: EntryStep, context: CarryOutContext): Promise<NotifyResult> {
  const { parent, name } = step.place
  try {
    if (step.how === 'remove') return await remove(step.place, step.child, context)
    if (step.how === 'expire') return await expire(step.place, context)
    return await context.notify.invalEntry(parent, name)
  } catch (error) {
    if (!(error instanceof NotifyError)) throw error
    switch (error.code) {
      case 'ENOTEMPTY':
      case 'EBUSY':
        // The name is dropped all the same.
        return { outcome: 'applied', waitedMs: 0 }
      case 'ENOTDIR':
      case 'ENAMETOOLONG':
        // Nothing can be held by that name.
        return NOT_CACHED
      default:
        throw error
    }
  }
}

/** Most likely the name is still the same object, which should stay as it is if so. */
function expire({ parent, name }: Place, { notify, supports, holdings }: CarryOutContext): Promise<NotifyResult> {
  // Expiring can be lost to a LOOKUP of that name whose answer the peer is just reading.
  const expireOnly = supports.expireOnly && !holdings.isLookedUp(parent)
  return notify.invalEntry(parent, name, { expireOnly })
}

/** `child` is said to be gone; but what is told may be late, and to be deleted would be fatal for what is there again. */
async function remove(place: Place, child: NodeId, context: CarryOutContext): Promise<NotifyResult> {
  const { notify, supports, holdings, known, find } = context
  const { parent, name } = place
  const now = await find(parent, name)
  if (now === child || now === undefined) {
    if (known.has(child)) holdings.names.gave(parent, name, child)
    return expire(place, context)
  }
  const isLast = !holdings.hasOtherLinks(child)
  holdings.lostLink(child)
  return isLast && supports.delete ? notify.delete(parent, child, name) : notify.invalEntry(parent, name)
}

function tellNode(node: NodeId, steps: readonly ContentStep[], context: CarryOutContext) {
  const { notify, holdings } = context
  const results: Promise<NotifyResult>[] = []
  for (const { offset, length, data } of steps) {
    if (data !== undefined) {
      results.push(store(context, node, offset, data))
      continue
    }
    if (offset === 0 && length === Infinity) holdings.dropped(node)
    results.push(notify.invalInode(node, { offset, length }))
  }
  // Storing bytes does not make times stale, nor does a size that grows.
  const isStale = steps.some(({ data }) => data === undefined)
  if (!isStale) results.push(notify.invalInode(node, { attributesOnly: true }))
  return results
}

async function store(
  { notify, holdings, known }: CarryOutContext,
  node: NodeId,
  offset: number,
  data: Uint8Array,
): Promise<NotifyResult> {
  holdings.beginStore(node)
  try {
    return await notify.store(node, offset, data)
  } catch (error) {
    // What is no regular file has no bytes that could be stored.
    if (!(error instanceof NotifyError) || error.code !== 'EINVAL') throw error
    return await notify.invalInode(node)
  } finally {
    holdings.endStore(node, known.has(node))
  }
}
