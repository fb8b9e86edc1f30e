import type { NodeId } from '../base/ids.js'
import { checkName, checkNode, checkRange } from './check.js'
import type { NotifyEngine } from './engine.js'
import type { Work } from './job.js'
import type { InvalEntryOptions, InvalInodeOptions, RetrieveOptions } from './options.js'
import type { PollHandle } from './poll-handle.js'
import { NotifyError, worst, type NotifyResult } from './result.js'

const DEFAULT_RETRIEVE_MS = 10_000
/** The most bytes in one STORE: it holds locks, so other notifications about the file should get their turn. */
const STORE_BYTES = 1024 * 1024
/** The most ids in one PRUNE; the kernel takes them in portions of this size itself. */
const PRUNE_NODES = 512
const MAX_RETRIEVE_BYTES = 2 ** 30

/**
 * Tells the peer (the kernel) what it did not ask for. Every method may be called at any time and from anywhere, inside a
 * handler and before its reply too: none ever blocks this thread. Each returns a promise that resolves when the peer has
 * taken the notification, from when on nobody sees what it was told is stale.
 *
 * **Do not await, inside a handler, a notification that waits for the very request that the handler answers**: neither
 * would end. What can wait, and for which requests, stands at each method; `req.afterReply` is the way out.
 *
 * What the peer does not have is an outcome (`not-cached`), not an error. Malformed arguments reject with a
 * {@link NotifyError} before anything is sent; a code that was not negotiated with an UnsupportedError.
 */
export class Notifier {
  readonly #engine: NotifyEngine

  constructor(engine: NotifyEngine) {
    this.#engine = engine
  }

  /**
   * Attributes and content of `node` are stale: they are asked for again. Whole pages are dropped; open files and mmaps see
   * new content at their next access. Of a directory it drops the cached listing, of a symbolic link the target; names stay.
   *
   * Waits for READs of the range that are unanswered, for WRITEs of its dirty pages (which the kernel sends itself then), and
   * for READLINK where targets are cached; for a directory that was listed also for requests that hold its lock (LOOKUP of
   * new names, READDIR, everything that changes it). With `attributesOnly` it waits for nothing but its turn behind
   * others about the same node.
   */
  invalInode(node: NodeId, options: InvalInodeOptions = {}): Promise<NotifyResult> {
    return guarded(() => {
      const { offset = 0, length = Infinity, attributesOnly = false } = options
      checkRange('INVAL_INODE', node, offset, length, true)
      if (attributesOnly && (options.offset !== undefined || options.length !== undefined)) {
        throw new NotifyError('EINVAL', 'INVAL_INODE', node, 'attributesOnly goes without a range')
      }
      this.#engine.need('INVAL_INODE', 'invalInode')
      const { races, known, listings } = this.#engine.coherence
      races.touchNode(node)
      if (!known.has(node)) return this.#engine.notKnown('INVAL_INODE')
      if (attributesOnly) return this.#engine.lanes.post({ notification: 'INVAL_INODE', node })
      // On the wire a length of 0 means "to the end", so nothing is left to send for no bytes.
      if (length === 0) return this.#engine.lanes.post({ notification: 'INVAL_INODE', node })
      return this.#engine.lanes.post(
        { notification: 'INVAL_INODE', node, offset, length },
        listings.isPending(node) ? node : undefined,
      )
    })
  }

  /**
   * The name in directory `parent` is to be looked up again, also if it did not exist. The directory's attributes are stale
   * then too. An object that nobody uses is forgotten with its pages; what is mounted on it or below is unmounted. If the
   * kernel does not have the name (`not-cached`), a cached listing of the directory stays: say `invalInode(parent)` too.
   *
   * Waits for whatever holds the directory's lock: unanswered LOOKUPs of new names, READDIR and READDIRPLUS, CREATE, UNLINK,
   * RENAME and their kin in it, SETATTR of it.
   *
   * @throws NotifyError ENOTDIR, ENAMETOOLONG
   */
  invalEntry(parent: NodeId, name: string, options: InvalEntryOptions = {}): Promise<NotifyResult> {
    return guarded(() => {
      const { expireOnly = false } = options
      checkName('INVAL_ENTRY', parent, name, this.#engine.kernel.maxNameBytes)
      this.#engine.need('INVAL_ENTRY', expireOnly ? 'expireOnly' : 'invalEntry')
      const { races, known } = this.#engine.coherence
      races.touchNames(parent)
      if (!known.has(parent)) return this.#engine.notKnown('INVAL_ENTRY')
      return this.#engine.lanes.post({ notification: 'INVAL_ENTRY', node: parent, name, expireOnly })
    })
  }

  /**
   * Puts bytes into the page cache of the regular file `node`: open files and mmaps see them with no request at all. Any
   * size; sent in pieces of 1 MiB, in order, without a copy in this process: **`data` must not change until the promise has
   * settled**. Whatever was waiting for more room is dropped instead (`escalated`), and read again when it is asked for.
   *
   * Bytes past the end of the file make it longer in the kernel's eyes, but getattr must tell the new size before: else the
   * next answer with the old size cuts it off again. A page that the kernel does not have yet becomes valid only if the bytes
   * start where it starts, and fill it or end at the end of the file; else they are read again with READ. Files opened with
   * `directIo` do not see stored bytes, and an open without `keepCache` drops them.
   *
   * Waits for READs of the same pages that are unanswered, and for WRITEs that cover one of them in part.
   *
   * @throws NotifyError EINVAL: no regular file
   */
  store(node: NodeId, offset: number, data: Uint8Array): Promise<NotifyResult> {
    return guarded(() => {
      checkRange('STORE', node, offset, data.length, false)
      this.#engine.need('STORE', 'store')
      const { races, known } = this.#engine.coherence
      races.touchNode(node)
      if (!known.has(node)) return this.#engine.notKnown('STORE')
      if (data.length <= STORE_BYTES) return this.#engine.lanes.post(storeOf(node, offset, data))
      return this.#storePieces(node, offset, data)
    })
  }

  /**
   * What the kernel's page cache has of the regular file `node`, from `offset` up to the first page that it does not have,
   * at most `length` bytes and at most to the end of the file; dirty bytes too. Longer than max_write is put together from
   * pieces. If there is nothing, the result is empty. Never waits for requests, but for its turn behind others about the same
   * node, and for the answer, which is a request of its own.
   *
   * @throws NotifyError EINVAL: no regular file, or more than 1 GiB; ENOTCONN: the connection was aborted
   * @throws FuseWireError ERR_NOTIFY_TIMEOUT; ERR_MOUNT_ENDED
   */
  retrieve(node: NodeId, offset: number, length: number, options: RetrieveOptions = {}): Promise<Uint8Array> {
    return guarded(() => {
      checkRange('RETRIEVE', node, offset, length, false)
      if (length > MAX_RETRIEVE_BYTES) {
        throw new NotifyError('EINVAL', 'RETRIEVE', node, `${length} bytes are more than 1 GiB: ask for parts of it`)
      }
      if (options.into !== undefined && options.into.length < length) {
        throw new NotifyError('EINVAL', 'RETRIEVE', node, `${length} bytes do not fit into ${options.into.length}`)
      }
      this.#engine.need('RETRIEVE', 'retrieve')
      return this.#retrieve(node, offset, length, options)
    })
  }

  /**
   * `name` in directory `parent`, which was the object `child`, was removed: as `invalEntry`, and those who watch the object
   * itself (inotify) hear of it; watchers of the directory do not. If the name is another object in the kernel's cache, it is
   * dropped all the same (`not-cached`).
   *
   * Waits as `invalEntry`, and for requests that hold the lock of the object: SETATTR, WRITE, FSYNC and the like of it.
   *
   * @throws NotifyError ENOTEMPTY: something in the directory is in use; EBUSY; ENOTDIR; ENAMETOOLONG
   */
  delete(parent: NodeId, child: NodeId, name: string): Promise<NotifyResult> {
    return guarded(() => {
      checkName('DELETE', parent, name, this.#engine.kernel.maxNameBytes)
      checkNode('DELETE', child)
      this.#engine.need('DELETE', 'delete')
      const { races, known } = this.#engine.coherence
      races.touchNames(parent)
      races.touchNode(child)
      if (!known.has(parent)) return this.#engine.notKnown('DELETE')
      return this.#engine.lanes.post({ notification: 'DELETE', node: parent, child, name })
    })
  }

  /**
   * Every request that was read and not answered is sent again (since 7.40): for a server that lost track of them. Those
   * that are still being handled here are answered once, under their new number. Never waits.
   */
  resend(): Promise<NotifyResult> {
    return guarded(() => {
      this.#engine.need('RESEND', 'resend')
      return this.#engine.lanes.post({ notification: 'RESEND', node: NO_NODE })
    })
  }

  /**
   * Every name is to be looked up again at its next use (since 7.44); attributes, content and open files stay. What is
   * mounted below is unmounted as names are met. Never waits.
   */
  incEpoch(): Promise<NotifyResult> {
    return guarded(() => {
      this.#engine.need('INC_EPOCH', 'incEpoch')
      this.#engine.coherence.races.touchAll()
      return this.#engine.lanes.post({ notification: 'INC_EPOCH', node: NO_NODE })
    })
  }

  /**
   * Asks the kernel to forget these nodes where nobody uses them (since 7.45); it answers with FORGET. Those in use, and
   * directories with cached children, are left alone without a word. Never waits for requests.
   */
  prune(nodes: readonly NodeId[]): Promise<NotifyResult> {
    return guarded(async () => {
      for (const node of nodes) checkNode('PRUNE', node)
      this.#engine.need('PRUNE', 'prune')
      const { known } = this.#engine.coherence
      const there = nodes.filter((node) => known.has(node))
      if (there.length === 0) return this.#engine.notKnown('PRUNE')
      const parts: Promise<NotifyResult>[] = []
      for (let i = 0; i < there.length; i += PRUNE_NODES) {
        parts.push(
          this.#engine.lanes.post({ notification: 'PRUNE', node: NO_NODE, nodes: there.slice(i, i + PRUNE_NODES) }),
        )
      }
      return worst(await Promise.all(parts))
    })
  }

  /** Wakes those who poll the open file, as `handle.wake()`. Never waits, and has no effect on a number that is not known. */
  poll(handle: PollHandle | number): Promise<NotifyResult> {
    return guarded(() => {
      const kh = typeof handle === 'number' ? handle : handle.kh
      if (!Number.isSafeInteger(kh) || kh < 0)
        throw new NotifyError('EINVAL', 'POLL', undefined, `${kh} is no poll handle`)
      this.#engine.need('POLL', 'poll')
      return this.#engine.lanes.post({ notification: 'POLL', node: NO_NODE, kh })
    })
  }

  async #retrieve(node: NodeId, offset: number, length: number, options: RetrieveOptions): Promise<Uint8Array> {
    const { coherence, retrieves, allocate } = this.#engine
    if (!coherence.known.has(node)) return new Uint8Array(0)
    const into = options.into?.subarray(0, length) ?? allocate(length)
    const found = await retrieves.retrieve(node, offset, into, options.timeoutMs ?? DEFAULT_RETRIEVE_MS)
    if (found === length) return into
    // What lies behind in new memory was never written.
    return options.into === undefined ? into.slice(0, found) : into.subarray(0, found)
  }

  async #storePieces(node: NodeId, offset: number, data: Uint8Array): Promise<NotifyResult> {
    const parts: Promise<NotifyResult>[] = []
    for (let at = 0; at < data.length; at += STORE_BYTES) {
      parts.push(this.#engine.lanes.post(storeOf(node, offset + at, data.subarray(at, at + STORE_BYTES))))
    }
    return worst(await Promise.all(parts))
  }
}

const NO_NODE = 0 as NodeId

/** What is thrown becomes a rejection: callers of an asynchronous method look there. */
function guarded<T>(action: () => Promise<T>): Promise<T> {
  try {
    return action()
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)))
  }
}

function storeOf(node: NodeId, offset: number, data: Uint8Array): Work {
  return { notification: 'STORE', node, offset, length: data.length, data }
}
