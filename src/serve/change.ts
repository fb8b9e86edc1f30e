import type { NodeId } from '../base/ids.js'
import type { Notifier } from '../notify/notifier.js'
import type { FileSystem } from '../server/filesystem.js'
import type { SetattrRequest } from '../server/requests/attr.js'
import type { CopyFileRangeRequest, FallocateRequest, OpenRequest, WriteRequest } from '../server/requests/file.js'
import type { LinkRequest, NameRequest, RenameRequest } from '../server/requests/name.js'
import type { RequestContext } from '../server/context.js'

/* What a request of one client means for the caches of the others. */

/** Something that others may have cached is stale. */
export type Change =
  | { readonly what: 'attributes'; readonly node: NodeId }
  | { readonly what: 'content'; readonly node: NodeId; readonly offset?: number; readonly length?: number }
  | { readonly what: 'name'; readonly parent: NodeId; readonly name: string }

const O_TRUNC = 0o1000

/** What changed when `method` has answered `result`; methods that are not here change nothing that is cached. */
export const CHANGES: Readonly<Partial<Record<keyof FileSystem, (request: never, result: unknown) => Change[]>>> = {
  setattr: ({ node, size }: SetattrRequest) => [
    size === undefined ? { what: 'attributes', node } : { what: 'content', node },
  ],
  write: ({ node, offset, data }: WriteRequest, written) => [
    { what: 'content', node, offset, length: typeof written === 'number' ? written : data.length },
  ],
  fallocate: ({ node }: FallocateRequest) => [{ what: 'content', node }],
  copyFileRange: ({ nodeOut }: CopyFileRangeRequest) => [{ what: 'content', node: nodeOut }],
  setxattr: ({ node }: RequestContext) => [{ what: 'attributes', node }],
  removexattr: ({ node }: RequestContext) => [{ what: 'attributes', node }],
  open: ({ node, flags }: OpenRequest) => ((flags & O_TRUNC) === 0 ? [] : [{ what: 'content', node }]),
  create: named,
  mknod: named,
  mkdir: named,
  symlink: named,
  unlink: named,
  rmdir: named,
  link: ({ node, newParent, newName }: LinkRequest) => [
    { what: 'attributes', node },
    { what: 'name', parent: newParent, name: newName },
  ],
  rename: ({ parent, name, newParent, newName }: RenameRequest) => [
    { what: 'name', parent, name },
    { what: 'name', parent: newParent, name: newName },
  ],
}

function named({ parent, name }: Pick<NameRequest, 'parent' | 'name'>): Change[] {
  return [{ what: 'name', parent, name }]
}

/** Tells a client. What it does not know it does not need to be told; what it does not offer it has to live without. */
export function tell(notify: Notifier, change: Change): void {
  const sent: Promise<unknown>[] = []
  switch (change.what) {
    case 'attributes':
      sent.push(notify.invalInode(change.node, { attributesOnly: true }))
      break
    case 'content':
      sent.push(notify.invalInode(change.node, { offset: change.offset ?? 0, length: change.length ?? Infinity }))
      break
    case 'name':
      sent.push(notify.invalEntry(change.parent, change.name), notify.invalInode(change.parent))
      break
  }
  for (const each of sent) each.catch(() => undefined)
}
