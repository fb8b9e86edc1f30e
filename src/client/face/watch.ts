import type { Core } from '../core.js'
import type { EventName, WatchEvent } from '../events.js'
import type { Task } from '../task.js'
import { walk } from '../vfs/walk.js'
import { asCall } from './errors.js'

/** How many events wait for a reader who is slow; the kernel has as many. */
const MAX_QUEUED = 16_384

/** A watch on one object. Iterating it gives the events as they come, and ends with the watch. */
export interface Watch extends AsyncIterable<WatchEvent>, AsyncDisposable {
  /** What has come and was not taken yet. */
  take(this: void): WatchEvent[]
  /** Some events were lost: too many were waiting. */
  readonly hasOverflowed: boolean
  close(this: void): void
}

/** Watches what is done to the object at `path` through this client. @param events only these @default all */
export async function watch(core: Core, path: string, task: Task, events?: readonly EventName[]): Promise<Watch> {
  const dentry = await asCall('watch', path, () => walk(core, path, task))
  const inode = dentry.inode!
  const queue: WatchEvent[] = []
  let hasOverflowed = false
  let isOver = false
  let wake: () => void = () => undefined
  inode.refs += 1
  core.dentries.release(dentry)
  const end = () => {
    if (isOver) return
    isOver = true
    core.events.delete(watcher)
    core.release(inode)
    wake()
  }
  const watcher = {
    inode,
    hear(event: WatchEvent) {
      if (events === undefined || event.event === 'ignored' || events.includes(event.event)) {
        if (queue.length >= MAX_QUEUED) hasOverflowed = true
        else queue.push(event)
      }
      if (event.event === 'ignored') end()
      wake()
    },
  }
  core.events.add(watcher)
  return {
    take: () => queue.splice(0),
    get hasOverflowed() {
      return hasOverflowed
    },
    close: end,
    async [Symbol.asyncDispose]() {
      end()
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          yield* queue.splice(0)
          if (isOver && queue.length === 0) return
          if (queue.length > 0) continue
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      } finally {
        end()
      }
    },
  }
}
