import { ROOT_ID } from '../base/ids.js'
import type { NotifyResult } from '../notify/result.js'
import { carryOut, together, type CarryOutContext } from './carry-out.js'
import type { HeldNames } from './held-names.js'
import type { EverythingOptions } from './options.js'
import { Plan } from './plan.js'

/** What {@link tellEverything} works with. */
export interface EverythingContext extends CarryOutContext {
  /** Lets requests be answered. */
  readonly turn: () => Promise<void>
}

/** How many nodes or names are told in one turn. */
const SLICE = 256

/**
 * Everything is to be asked for again. Names first, all at once where the peer knows INC_EPOCH; then, where it knows PRUNE, it is
 * made to forget what nobody uses; then the rest is told node by node, with turns for requests in between.
 */
export async function tellEverything(
  context: EverythingContext,
  { keepData = false }: EverythingOptions,
): Promise<NotifyResult> {
  const { notify, supports, holdings, known, turn } = context
  const results: Promise<NotifyResult>[] = []
  const tell = async (plans: Iterable<Plan>) => {
    for (const plan of plans) {
      results.push(Promise.resolve(await carryOut(plan, context)))
      await turn()
    }
  }
  if (supports.incEpoch) {
    holdings.names.forgetMissing()
    results.push(Promise.resolve(await notify.incEpoch()))
  } else await tell(everyName(holdings.names))
  if (!keepData && supports.prune) {
    await notify.prune([...known].filter((node) => !holdings.isOpen(node)))
    // What was pruned comes back with FORGET.
    await turn()
  }
  await tell(everyNode(context, keepData))
  return together(results)
}

function* everyNode({ known, holdings }: EverythingContext, keepData: boolean): Iterable<Plan> {
  const nodes = [ROOT_ID, ...known]
  for (let at = 0; at < nodes.length; at += SLICE) {
    const plan = new Plan()
    for (const node of nodes.slice(at, at + SLICE)) {
      if (!known.has(node)) continue
      const keeps = keepData && !known.isKnownDirectory(node)
      if (holdings.hasContent(node) && !keeps) plan.content(node)
      else plan.attributes(node)
    }
    yield plan
  }
}

function* everyName(names: HeldNames): Iterable<Plan> {
  let plan = new Plan()
  for (const parent of names.parents()) {
    for (const [name] of names.entries(parent)) {
      plan.entry({ how: 'drop', place: { parent, name } })
      if (plan.names < SLICE) continue
      yield plan
      plan = new Plan()
    }
  }
  yield plan
}
