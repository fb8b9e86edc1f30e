import type { NodeId } from '#src/base/ids.js'
import { Changes } from '#src/changes/changes.js'
import { Holdings } from '#src/changes/holdings.js'
import { Watchers } from '#src/changes/watchers.js'
import type { NotifyResult } from '#src/notify/result.js'
import type { Negotiated } from '#src/protocol/negotiated.js'
import { FileSystem } from '#src/server/filesystem.js'
import { findName } from '#src/server/find-name.js'
import type { ReaddirRequest } from '#src/server/requests/dir.js'
import type * as name from '#src/server/requests/name.js'
import type { Entry, NegativeEntry } from '#src/server/results.js'
import { FakeClock, settle } from '../notify/harness.js'
import { sessionHarness } from '../notify/session-harness.js'

/* The verbs without a kernel: a source on paper, a session that hears what the test lets a kernel ask, a port that takes note. */

export const [ROOT, DIR, FILE, OTHER, LINK, SUB] = [1, 2, 3, 4, 5, 6] as NodeId[] as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
]
const DIRECTORIES: ReadonlySet<NodeId> = new Set([ROOT, DIR, SUB])

/** Names by directory and name, as `2/f`; the content of everything is the same. */
export class PaperSource extends FileSystem {
  readonly names = new Map<string, NodeId>([
    ['1/d', DIR],
    ['2/f', FILE],
    ['2/g', OTHER],
    ['2/l', LINK],
    ['2/s', SUB],
  ])
  /** How many names a file has, if not one. */
  readonly links = new Map<NodeId, number>()
  lookups = 0
  cacheDir = true

  attr(node: NodeId) {
    return { mode: DIRECTORIES.has(node) ? 0o40755 : 0o100644, nlink: this.links.get(node) ?? 1, size: 10 }
  }

  override nodeOf(object: object): NodeId | undefined {
    return (object as { node?: NodeId }).node
  }

  override lookup({ parent, name }: name.NameRequest): Entry | NegativeEntry {
    this.lookups += 1
    const node = this.names.get(`${parent}/${name}`)
    return node === undefined ? { node: 0 } : { node, attr: this.attr(node) }
  }

  override getattr({ node }: { node: NodeId }) {
    return { attr: this.attr(node) }
  }

  override open() {
    return {}
  }

  override opendir() {
    return { cacheDir: this.cacheDir }
  }

  override read() {
    return Buffer.from('0123456789')
  }

  override readdir(req: ReaddirRequest) {
    req.add('f', 3, 0o100000, 1)
  }

  override unlink({ parent, name }: name.NameRequest): void {
    this.names.delete(`${parent}/${name}`)
  }

  override rename(req: name.RenameRequest): void {
    this.names.set(`${req.newParent}/${req.newName}`, this.names.get(`${req.parent}/${req.name}`)!)
    this.names.delete(`${req.parent}/${req.name}`)
  }
}

/** Changes of what the kernel speaks. */
export interface HarnessOptions {
  readonly supports?: Partial<Negotiated['supports']>
}

export async function harness({ supports }: HarnessOptions = {}) {
  const fs = new PaperSource()
  const clock = new FakeClock()
  const holdings = new Holdings(clock)
  const watchers = new Watchers(holdings.names, (object) => fs.nodeOf(object))
  const made = sessionHarness(fs, {
    asked: (request) => holdings.asked(request),
    answered(request, reply, end) {
      holdings.answered(request, reply, end)
      watchers.answered(request)
    },
    forgot: (node) => holdings.forgot(node),
  })
  const { session, port, ask } = made
  const negotiated = await session.initialised
  const kernel = { ...negotiated, supports: { ...negotiated.supports, ...supports } }
  let turns = 0
  const turn = async () => {
    turns += 1
    await new Promise(setImmediate)
  }
  const context = {
    kernel,
    notify: session.notifier,
    coherence: session.coherence,
    holdings,
    find: (parent: NodeId, name: string) => findName(fs, parent, name),
    nodeOf: (object: object) => fs.nodeOf(object),
    turn,
    watchers,
  }
  const changes = new Changes(context)
  const fuse_read_in = { fh: 0, offset: 0, size: 4096, read_flags: 0, lock_owner: 0, flags: 0 }
  return {
    ...made,
    fs,
    holdings,
    watchers,
    changes,
    context,
    turns: () => turns,
    /** Time goes by. */
    later: (ms: number) => clock.advance(ms),
    /** The kernel looks names up. */
    lookup(this: void, parent: NodeId, ...names: string[]) {
      for (const name of names) ask({ op: 'LOOKUP', name } as never, parent)
    },
    unlink: (parent: NodeId, name: string) => ask({ op: 'UNLINK', name } as never, parent),
    rename: (parent: NodeId, oldname: string, newdir: NodeId, newname: string) =>
      ask({ op: 'RENAME', fuse_rename_in: { newdir }, oldname, newname } as never, parent),
    open: (node: NodeId) => ask({ op: 'OPEN', fuse_open_in: { flags: 0, open_flags: 0 } } as never, node),
    close: (node: NodeId) =>
      ask({ op: 'RELEASE', fuse_release_in: { fh: 0, flags: 0, release_flags: 0, lock_owner: 0 } } as never, node),
    read: (node: NodeId) => ask({ op: 'READ', fuse_read_in } as never, node),
    opendir: (node: NodeId) => ask({ op: 'OPENDIR', fuse_open_in: { flags: 0, open_flags: 0 } } as never, node),
    readdir: (node: NodeId) => ask({ op: 'READDIR', fuse_read_in } as never, node),
    forget: (node: NodeId, nlookup = 1) => ask({ op: 'FORGET', fuse_forget_in: { nlookup } } as never, node),
    /** The kernel takes everything, until nothing follows. */
    async flow(this: void) {
      for (let quiet = 0; quiet < 5; quiet += 1) {
        await settle()
        if (port.waiting.length > 0) quiet = 0
        while (port.waiting.length > 0) port.take()
      }
    },
    /** What is sent for a change, and what comes of it, by a kernel that takes everything; errors by the text's start. */
    async sentFor(this: void, change: () => Promise<NotifyResult>): Promise<{ sent: string[]; outcome: string }> {
      const before = port.sent.length
      const result = change()
      result.catch(() => undefined)
      await port.answerAll()
      const { outcome } = await result
      return { sent: port.texts.slice(before).toSorted(), outcome }
    },
  }
}
