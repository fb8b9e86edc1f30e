import type { NodeId } from '../base/ids.js'
import type { Coherence } from '../notify/coherence.js'
import type { Notifier } from '../notify/notifier.js'
import { NOT_CACHED, type NotifyResult } from '../notify/result.js'
import type { Negotiated } from '../protocol/negotiated.js'
import type { Awaitable } from '../server/results.js'
import { carryOut, together } from './carry-out.js'
import { ChangeRecorder, editOf, placeOf, type Edit } from './edit.js'
import { tellEverything, type EverythingContext } from './everything.js'
import type { Change } from './feed.js'
import type { Holdings } from './holdings.js'
import type { ChangePlace, ChangeTarget, EverythingOptions, Modification } from './options.js'
import { Plan } from './plan.js'
import { Planner } from './planner.js'
import type { Watchers } from './watchers.js'

/** What {@link Changes} works with. */
export interface ChangesContext {
  readonly kernel: Negotiated
  readonly notify: Notifier
  readonly coherence: Coherence
  readonly holdings: Holdings
  /** What a name is at this moment, by the filesystem's own word; 0: nothing, undefined: it does not say. */
  readonly find: (parent: NodeId, name: string) => Promise<NodeId | 0 | undefined>
  /** The node of an object of the filesystem's own, if it can tell. */
  readonly nodeOf: ((object: object) => NodeId | undefined) | undefined
  /** Lets requests be answered, and resolves then. */
  readonly turn: () => Promise<void>
  /** Told of changes once they hold. */
  readonly watchers: Watchers
}

/** How many changes are worked off in one turn. */
const SLICE = 512
/** How many of those may be with the kernel, or wait for it. */
const AHEAD = 8
/** How many names that do not exist are remembered of one directory, where all can be dropped at once. */
const MAX_MISSING = 256

/**
 * Tells the kernel what changed at the source, other than through the mount. Say what happened; which notifications that takes
 * is found out here, by what the kernel may hold: nothing is sent for what it does not hold.
 *
 * Change the source first, then tell. Each method may be called at any time and from anywhere, and returns a promise that
 * resolves when it holds: from then on every read on this host, through descriptors and mappings that were open before too,
 * shows the source as it is. `outcome` says what was done; see docs/changes.md. Calls take effect in their order.
 *
 * **Do not await one inside a handler** that the kernel waits for with a lock of the same object or directory: neither would
 * end; see {@link Notifier}. Call it and go on, or use `req.afterReply`.
 *
 * What makes no sense (a path with `..`, a negative size) is thrown as TypeError or RangeError by the returned promise. It
 * rejects with NotifyError ENOBUFS where the kernel cannot drop all names at once and too much waits.
 */
export class Changes {
  readonly #context: ChangesContext
  readonly #planner: Planner
  readonly #everything: EverythingContext

  constructor(context: ChangesContext) {
    const { kernel, notify, coherence, holdings, find, nodeOf, turn } = context
    const { supports } = kernel
    this.#context = context
    this.#planner = new Planner({ holdings, coherence, supports, nodeOf })
    this.#everything = { notify, supports, holdings, find, known: coherence.known, turn }
    if (supports.incEpoch) holdings.names.maxMissing = MAX_MISSING
  }

  /**
   * Content, attributes, or both, of an object changed. Nothing said besides: all of it may have.
   *
   * Open files and mappings see the new bytes at their next access: with `data` without a request, if they are put into the page
   * cache; else they are read again. Waits for READs and WRITEs of the same pages that are unanswered.
   */
  modified(target: ChangeTarget, what: Modification = {}): Promise<NotifyResult> {
    return this.#tell([{ is: 'modified', target, what }])
  }

  /**
   * A name is there that was not, or is another object than before. Waits, if the kernel knows anything of the name, for
   * requests that hold the directory's lock: LOOKUPs of new names, READDIR, CREATE and their kin in it.
   */
  created(path: string): Promise<NotifyResult>
  created(parent: ChangeTarget, name: string): Promise<NotifyResult>
  created(target: ChangeTarget, name?: string): Promise<NotifyResult> {
    return this.#named('created', target, name)
  }

  /**
   * A name is gone, with all that was below it. Those who watch the object by inotify hear that it is deleted, if the
   * filesystem's own LOOKUP of the name, which is called for that, says so and it had no other name. What is still open can still
   * be read. Waits as {@link created}, and for requests that hold the lock of the object, such as WRITE and SETATTR.
   */
  removed(path: string): Promise<NotifyResult>
  removed(parent: ChangeTarget, name: string): Promise<NotifyResult>
  removed(target: ChangeTarget, name?: string): Promise<NotifyResult> {
    return this.#named('removed', target, name)
  }

  /**
   * An object has another name or directory, with all that is below it; what had the new name before is gone. For two that
   * changed places say `created` of both names. Waits as {@link removed}, in both directories.
   */
  renamed(from: ChangePlace, to: ChangePlace): Promise<NotifyResult> {
    return this.#tell([{ is: 'renamed', from, to }])
  }

  /**
   * Nobody knows what changed: everything is asked for again, at its next use. Takes a message for each node that the kernel
   * does not forget, in portions between which requests are answered. Mounts below this one are unmounted as names are met.
   */
  async everything(options: EverythingOptions = {}): Promise<NotifyResult> {
    this.#context.coherence.races.touchAll()
    const result = await tellEverything(this.#everything, options)
    this.#context.watchers.lost()
    return result
  }

  /**
   * Several changes in one: what they have in common is told once. They are taken down by `record`, and told in their order when
   * it has returned, or its promise has resolved; if it throws, nothing is.
   */
  async batch(record: (batch: ChangeRecorder) => Awaitable<void>): Promise<NotifyResult> {
    const edits: Edit[] = []
    await record(new ChangeRecorder(edits))
    return this.#apply(edits)
  }

  /** As {@link batch}, of changes as a feed tells them. Many are told in portions, between which requests are answered. */
  async apply(changes: readonly Change[]): Promise<NotifyResult> {
    return this.#apply(changes.map(editOf))
  }

  async #apply(edits: readonly Edit[]): Promise<NotifyResult> {
    if (edits.length <= SLICE) return this.#tell(edits)
    let result = NOT_CACHED
    const ahead: Promise<NotifyResult>[] = []
    for (let at = 0; at < edits.length; at += SLICE) {
      const told = this.#tell(edits.slice(at, at + SLICE))
      told.catch(() => undefined)
      ahead.push(told)
      if (ahead.length > AHEAD) result = await together([Promise.resolve(result), ahead.shift()!])
      await this.#context.turn()
    }
    return together([Promise.resolve(result), ...ahead])
  }

  async #named(is: 'created' | 'removed', target: ChangeTarget, name: string | undefined): Promise<NotifyResult> {
    return this.#tell([{ is, place: placeOf(target, name) }])
  }

  async #tell(edits: readonly Edit[]): Promise<NotifyResult> {
    const plan = new Plan()
    for (const edit of edits) this.#planner.add(edit, plan)
    const result = await carryOut(plan, this.#everything)
    this.#context.watchers.told(edits)
    return result
  }
}
