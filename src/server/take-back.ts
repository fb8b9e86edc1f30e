import type { FileHandle, NodeId } from '../base/ids.js'
import type { Request } from '../protocol/message.js'
import type { RequestHost } from './context.js'
import type { FileSystem } from './filesystem.js'
import { ReaddirplusRequest } from './requests/dir.js'
import { ReleaseRequest } from './requests/file.js'
import type { CreateResult, Entry, OpenResult } from './results.js'

/*
 * An answer that was not delivered: it could not be encoded, the kernel did not take it, or the session was over. The
 * kernel knows nothing of what the handler gave, and so would never give it back.
 */

/** What a handler gave, for the caller to give back one day. */
interface Given {
  readonly lookups: readonly NodeId[]
  /** Of a file or directory that was opened. */
  readonly opened?: { readonly method: 'release' | 'releasedir'; readonly node: NodeId; readonly fh: FileHandle }
}

const NOTHING: Given = { lookups: [] }
const NO_NODE = 0 as NodeId

/**
 * Takes lookups and handles back by the calls that the kernel would make.
 * @param argument what the handler was called with, if it was
 * @param result what it answered, if it did
 */
export function takeBack(
  fs: FileSystem,
  request: Request,
  argument: unknown,
  result: unknown,
  report: (error: unknown, request: string) => void,
): void {
  const { lookups, opened } = given(request, argument, result)
  if (opened !== undefined) {
    const { method, node, fh } = opened
    const header = { ...request.header, nodeid: node }
    const fuse_release_in = { fh, flags: openFlags(request), release_flags: 0, lock_owner: 0 }
    const message = { op: method === 'release' ? 'RELEASE' : 'RELEASEDIR', header, fuse_release_in }
    try {
      const released = fs[method]?.(new ReleaseRequest(NOBODY, message as never))
      if (released instanceof Promise) released.catch((error: unknown) => report(error, message.op))
    } catch (error) {
      report(error, message.op)
    }
  }
  for (const node of lookups) {
    try {
      fs.forget?.({ node, nlookup: 1 })
    } catch (error) {
      report(error, 'FORGET')
    }
  }
}

function given(request: Request, argument: unknown, result: unknown): Given {
  if (argument instanceof ReaddirplusRequest) return { lookups: argument.added }
  if (typeof result !== 'object' || result === null) return NOTHING
  switch (request.op) {
    case 'LOOKUP':
    case 'MKNOD':
    case 'MKDIR':
    case 'SYMLINK':
    case 'LINK':
      return { lookups: lookupsOf(result) }
    case 'CREATE':
    case 'TMPFILE': {
      const { entry, open } = result as Partial<CreateResult>
      const lookups = entry === undefined ? [] : lookupsOf(entry)
      return { lookups, opened: { method: 'release', node: lookups[0] ?? NO_NODE, fh: handleOf(open) } }
    }
    case 'OPEN':
      return { lookups: [], opened: { method: 'release', node: request.header.nodeid, fh: handleOf(result) } }
    case 'OPENDIR':
      return { lookups: [], opened: { method: 'releasedir', node: request.header.nodeid, fh: handleOf(result) } }
    default:
      return NOTHING
  }
}

/** A faulty answer may have anything for a node; 0 is none. */
function lookupsOf({ node }: Partial<Entry>): NodeId[] {
  return Number.isSafeInteger(node) && node! > 0 ? [node!] : []
}

function handleOf(open: OpenResult | undefined): FileHandle {
  return (open?.fh ?? 0) as FileHandle
}

function openFlags(request: Request): number {
  if (request.op === 'CREATE' || request.op === 'TMPFILE') return request.fuse_create_in.flags
  return request.op === 'OPEN' || request.op === 'OPENDIR' ? request.fuse_open_in.flags : 0
}

/** Calls that have no caller who could interrupt them, and no reply. */
export const NOBODY: RequestHost = {
  signal: () => new AbortController().signal,
  afterReply: () => undefined,
  pollHandle: () => {
    throw new TypeError('only POLL has a handle')
  },
}
