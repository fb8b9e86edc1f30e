import type { Core } from '../core.js'
import type { EventName } from '../events.js'
import type { Task } from '../task.js'
import { AbortError, checkAborted } from './abort.js'
import { coded } from './argument-errors.js'
import type { Bytes } from './bytes.js'
import { encodedName } from './dirent.js'
import type { NameEncoding } from './options.js'
import { namesOf } from './paths.js'
import { watch } from './watch.js'

/** Options of `fs.watch`. */
export interface FsWatchOptions {
  /** @default 'utf8' */
  readonly encoding?: NameEncoding | undefined
  /** Ends the watch: the loop ends with an AbortError. */
  readonly signal?: AbortSignal | undefined
  /** Not there: true is ERR_FEATURE_UNAVAILABLE_ON_PLATFORM. @default false */
  readonly recursive?: boolean | undefined
  /** Taken for the sake of Node: a watch keeps no program alive. */
  readonly persistent?: boolean | undefined
}

/** What Node tells of a change. */
export interface FsWatchEvent<Name extends string | Bytes = string> {
  /** `'change'`: content or attributes; `'rename'`: a name came, went or moved. */
  readonly eventType: 'change' | 'rename'
  readonly filename: Name
}

/** What libuv asks inotify for. */
const EVENTS: Readonly<Partial<Record<EventName, FsWatchEvent['eventType']>>> = {
  attrib: 'change',
  create: 'rename',
  delete: 'rename',
  delete_self: 'rename',
  modify: 'change',
  move_self: 'rename',
  moved_from: 'rename',
  moved_to: 'rename',
}

/** The events at `path`, in Node's words. The watch is there with the first `next`. */
export async function* fsWatch(
  core: Core,
  path: string,
  options: FsWatchOptions,
  task: Task,
): AsyncGenerator<FsWatchEvent<string | Bytes>, undefined> {
  const { signal, encoding } = options
  if (options.recursive === true)
    throw coded(
      new TypeError('the client cannot watch recursively: watch each directory'),
      'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
    )
  checkAborted(signal)
  const watching = await watch(core, path, task, Object.keys(EVENTS) as EventName[])
  signal?.addEventListener('abort', watching.close)
  try {
    for await (const { event, name } of watching) {
      const eventType = EVENTS[event]
      if (eventType !== undefined)
        yield { eventType, filename: encodedName(name ?? namesOf(path).at(-1) ?? '', encoding) }
    }
    if (signal?.aborted === true) throw new AbortError(signal)
  } finally {
    signal?.removeEventListener('abort', watching.close)
    watching.close()
  }
}
