import { UnsupportedError } from '../../base/errors.js'
import type { Change } from '../../changes/feed.js'
import type { ChangeQueue } from '../../server/change-queue.js'

/** What `fs.watch` of an fs gives. */
interface Watcher {
  on(event: 'error', listener: (error: unknown) => void): unknown
  close(): void
}

type WatchFunction = (
  path: string,
  options: { readonly recursive: true; readonly persistent: false },
  listener: (event: string, name: string | Uint8Array | null) => void,
) => Watcher

/** What the fs is asked for a name that something has happened to. */
export interface Watched {
  /** The object with the function `watch`, if it has one. */
  readonly fs: object
  readonly isNodeFs: boolean
  readonly root: string
  /** What follows of that something happened to a name. @param isNamed whether there may be something else by now */
  look(this: void, path: string, isNamed: boolean): Promise<readonly Change[]>
}

/**
 * Tells what an fs says by `watch`: of a `change`, that the file was modified, of a `rename`, that there may be something else at the
 * name. It is as exact as the fs is.
 *
 * @throws UnsupportedError if it has no `watch`, or is Node's own
 */
export function tellWatched({ fs, isNodeFs, root, look }: Watched, feed: ChangeQueue, signal: AbortSignal): void {
  const watch: unknown = Reflect.get(fs, 'watch')
  if (typeof watch !== 'function') throw new UnsupportedError('this fs has no watch(): it cannot tell of its changes')
  if (isNodeFs) {
    throw new UnsupportedError(
      "Node's recursive watch loses changes: take a PassthroughFileSystem for what is to be pushed",
    )
  }
  let before: Promise<void> = Promise.resolve()
  const listener = (event: string, raw: string | Uint8Array | null) => {
    if (raw === null) return feed.lose()
    const path = typeof raw === 'string' ? raw : new TextDecoder().decode(raw)
    if (event === 'change') feed.tell({ is: 'modified', path })
    // In their order, though each look takes its time.
    before = before
      .then(async () => feed.tell(...(await look(path, event !== 'change'))))
      .catch((error: unknown) => feed.fail(error))
  }
  const watcher = (watch as WatchFunction).call(fs, root, { recursive: true, persistent: false }, listener)
  watcher.on('error', (error) => feed.fail(error))
  signal.addEventListener('abort', () => watcher.close(), { once: true })
}
