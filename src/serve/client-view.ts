import type { FileHandle } from '../base/ids.js'
import type { Notifier } from '../notify/notifier.js'
import type { Negotiated } from '../protocol/negotiated.js'
import type { FileSystem } from '../server/filesystem.js'
import type { FlushRequest, OpenRequest, ReleaseRequest } from '../server/requests/file.js'
import type { LockRequest } from '../server/requests/misc.js'
import type { CreateRequest } from '../server/requests/name.js'
import type { CreateResult, OpenResult } from '../server/results.js'
import { CHANGES, type Change } from './change.js'
import { Holdings, type OwnerNumbers } from './holdings.js'
import { around, type Method, type View } from './view.js'

/** What a {@link clientView} needs of the server that it belongs to. */
export interface Host {
  readonly numbers: OwnerNumbers
  /** INIT of this client was negotiated. */
  begun(this: void, kernel: Negotiated, notify: Notifier): void
  /** This client has changed something. */
  changed(this: void, change: Change): void
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * A filesystem as one of several clients has it: what it opened and locked is released when it has left, its lock owners are
 * nobody else's, and what it changes is told.
 */
export function clientView(fs: FileSystem, host: Host): View {
  const holdings = new Holdings(host.numbers)
  const view = around(fs, {
    before: (method, request: unknown) => before(holdings, method, request),
    after(method, request: never, result) {
      keep(holdings, method, request, result)
      for (const change of CHANGES[method]?.(request, result) ?? []) host.changed(change)
    },
  })
  view.init = (kernel, notify) => host.begun(kernel, notify)
  if (fs.forget !== undefined) view.forget = (request) => fs.forget!(request)
  view.destroy = () => holdings.giveBack(fs)
  return view
}

function before(holdings: Holdings, method: Method, request: unknown): void {
  if (method === 'release' || method === 'releasedir') {
    const { node, fh } = request as ReleaseRequest
    holdings.release(method, node, fh)
  } else if (method === 'setlk') {
    const lock = request as Mutable<LockRequest>
    lock.owner = holdings.lock(lock.owner, lock as LockRequest)
  } else if (method === 'getlk') {
    const lock = request as Mutable<LockRequest>
    lock.owner = holdings.owner(lock.owner)
  } else if (method === 'flush') {
    const flush = request as Mutable<FlushRequest>
    const theirs = flush.lockOwner
    flush.lockOwner = holdings.owner(theirs)
    holdings.unlock(theirs, flush.node)
  }
}

/** What was opened is this client's, to be closed for it if it does not do so. */
function keep(holdings: Holdings, method: Method, request: unknown, result: unknown): void {
  if (method === 'open' || method === 'opendir') {
    const { node, flags } = request as OpenRequest
    holdings.open(method === 'open' ? 'release' : 'releasedir', node, handleOf(result as OpenResult), flags)
  } else if (method === 'create' || method === 'tmpfile') {
    const { entry, open } = result as CreateResult
    holdings.open('release', entry.node, handleOf(open), (request as CreateRequest).flags)
  }
}

/** A faulty answer has anything for a handle. */
function handleOf(open: Partial<OpenResult> | undefined): FileHandle {
  return (open?.fh ?? 0) as FileHandle
}
