import type { ChangeBatch, ChangeFeed } from '../../../changes/feed.js'
import { IN } from '../../../sys/constants.js'
import type { InotifyEvent } from '../../../sys/inotify.js'
import { ReadableBell } from './readable-bell.js'
import type { OwnContent } from './own-content.js'
import { NAME_EVENTS, type OwnNames } from './own-names.js'
import { Pending } from './pending.js'
import type { Watches } from './watches.js'

/** So many portions of events are read at a time: more than the queue of the host holds by default. */
const MAX_READS = 64

/** What the host tells of the watched nodes, as changes. Begins with the first moment of the watches. */
export class SourceFeed implements ChangeFeed {
  private readonly watches: Watches
  private readonly own: { readonly names: OwnNames; readonly content: OwnContent }
  private readonly signal: AbortSignal
  private readonly pending = new Pending()
  private readonly bell: ReadableBell
  private wake: () => void = () => undefined
  private isAwaited = false
  private ended: Promise<void> | undefined

  /** @param onEnd `signal` was aborted: nothing is told any more */
  constructor(watches: Watches, own: SourceFeed['own'], signal: AbortSignal, onEnd: () => void) {
    this.watches = watches
    this.own = own
    this.signal = signal
    this.bell = new ReadableBell(watches.inotify.fd, () => {
      if (this.ended !== undefined) return
      this.drain()
      this.bell.rearm()
    })
    const end = () => {
      this.ended = this.bell.close().then(() => watches.inotify.close())
      onEnd()
      this.wake()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  }

  /** Whether all that was heard has been handed on, and whoever took it has come back for more. */
  get isAllDealtWith(): boolean {
    return this.isAwaited && this.pending.isEmpty
  }

  /** Takes note of all that has happened up to now. */
  drain(): void {
    if (this.ended !== undefined) return
    const events: InotifyEvent[] = []
    let isAll = false
    for (let reads = 0; reads < MAX_READS && !isAll; reads += 1) {
      const more = this.watches.read()
      isAll = more.length === 0
      events.push(...more)
    }
    const others = this.own.names.others(events, ({ watch }) => this.watches.nodeOf(watch))
    for (const event of isAll ? others : events) this.note(event)
    if (!this.pending.isEmpty) this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChangeBatch, void, undefined> {
    while (!this.signal.aborted) {
      if (this.pending.isEmpty) {
        const { promise, resolve } = promiseOf()
        this.wake = resolve
        this.isAwaited = true
        await promise
        this.isAwaited = false
      } else yield this.pending.take()
    }
    await this.ended
  }

  private note({ watch, mask, cookie, name }: InotifyEvent): void {
    if ((mask & IN.Q_OVERFLOW) !== 0) return this.pending.lost()
    const isOver = (mask & IN.IGNORED) !== 0
    const node = isOver ? this.watches.ended(watch) : this.watches.nodeOf(watch)
    if (node === undefined) return
    // The object is gone, or its filesystem; if its number is used again, it has to be watched anew.
    if (isOver) this.pending.modified(node, false)
    else if ((mask & NAME_EVENTS) !== 0) {
      this.pending.named(node, name, (mask & (IN.CREATE | IN.MOVED_TO)) !== 0, cookie)
    }
    // What happened to an entry of a directory is told of the entry itself, if the kernel has it.
    else if (name === '') {
      const isContent = (mask & (IN.MODIFY | IN.CLOSE_WRITE)) !== 0
      const { content } = this.own
      if (isContent ? content.isAsLeft(node) : (mask & IN.ATTRIB) !== 0 && content.isAsShown(node)) return
      this.pending.modified(node, !isContent)
    }
  }
}

function promiseOf(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
