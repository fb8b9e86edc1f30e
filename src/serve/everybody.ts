import type { NodeId } from '../base/ids.js'
import type { NotifyEngine } from '../notify/engine.js'
import { Notifier } from '../notify/notifier.js'
import type { InvalEntryOptions, InvalInodeOptions, RetrieveOptions } from '../notify/options.js'
import type { PollHandle } from '../notify/poll-handle.js'
import { NOT_CACHED, worst, type NotifyResult } from '../notify/result.js'

/** Tells all clients of a server. A result is that of the client for which the least was done. */
export class EverybodysNotifier extends Notifier {
  readonly #all: () => Iterable<Notifier>

  /** @param all the notifiers of all clients that can be told at this moment */
  constructor(all: () => Iterable<Notifier>) {
    // Nothing of it is used: every method is replaced.
    super(undefined as unknown as NotifyEngine)
    this.#all = all
  }

  override invalInode(node: NodeId, options?: InvalInodeOptions): Promise<NotifyResult> {
    return this.#tell((notify) => notify.invalInode(node, options))
  }

  override invalEntry(parent: NodeId, name: string, options?: InvalEntryOptions): Promise<NotifyResult> {
    return this.#tell((notify) => notify.invalEntry(parent, name, options))
  }

  override store(node: NodeId, offset: number, data: Uint8Array): Promise<NotifyResult> {
    return this.#tell((notify) => notify.store(node, offset, data))
  }

  /** Of the first client that has anything of it. */
  override async retrieve(
    node: NodeId,
    offset: number,
    length: number,
    options?: RetrieveOptions,
  ): Promise<Uint8Array> {
    for (const notify of Array.from(this.#all())) {
      const found = await notify.retrieve(node, offset, length, options)
      if (found.length > 0) return found
    }
    return new Uint8Array(0)
  }

  override delete(parent: NodeId, child: NodeId, name: string): Promise<NotifyResult> {
    return this.#tell((notify) => notify.delete(parent, child, name))
  }

  override resend(): Promise<NotifyResult> {
    return this.#tell((notify) => notify.resend())
  }

  override incEpoch(): Promise<NotifyResult> {
    return this.#tell((notify) => notify.incEpoch())
  }

  override prune(nodes: readonly NodeId[]): Promise<NotifyResult> {
    return this.#tell((notify) => notify.prune(nodes))
  }

  override poll(handle: PollHandle | number): Promise<NotifyResult> {
    return this.#tell((notify) => notify.poll(handle))
  }

  async #tell(send: (notify: Notifier) => Promise<NotifyResult>): Promise<NotifyResult> {
    const results = await Promise.all(Array.from(this.#all(), send))
    return results.length === 0 ? NOT_CACHED : worst(results)
  }
}
