import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { mount } from '#src/mount.js'
import type { Notifier } from '#src/notify/notifier.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { SetattrRequest } from '#src/server/requests/attr.js'
import type { NameRequest } from '#src/server/requests/name.js'
import type { AttrResult, Entry, NegativeEntry, OpenResult } from '#src/server/results.js'
import type { WedgeOptions } from '../../helpers/wedge.js'

/*
 * A filesystem that never answers READ, SETATTR and the LOOKUP of `absent`, and sends a notification that waits for one of
 * them. Run with options as JSON; says over IPC `ready` and what it holds, and does what it is told.
 *
 *     /file  /other  /directory/absent
 */

const NAMES: Readonly<Record<string, number>> = { file: 2, other: 3, directory: 4 }
const ROOT = 1 as NodeId
const [FILE, OTHER, DIRECTORY] = Object.values(NAMES) as [NodeId, NodeId, NodeId]
const SIZE = 16_384

const hold = (what: string) => {
  process.send?.(what)
  return new Promise<never>(() => undefined)
}

class Wedge extends FileSystem {
  override lookup({ parent, name }: NameRequest): Entry | Promise<NegativeEntry> {
    if (parent === DIRECTORY) return hold('LOOKUP')
    const node = NAMES[name] as NodeId | undefined
    if (node === undefined) throw new FuseError('ENOENT')
    return { node, ...this.getattr({ node }) }
  }
  override getattr({ node }: { readonly node: NodeId }): AttrResult {
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    if (node === ROOT || node === DIRECTORY) return { attr: { mode: 0o40755, nlink: 2, ...owner } }
    return { attr: { mode: 0o100644, size: SIZE, ...owner } }
  }
  override open(): OpenResult {
    return {}
  }
  override read(): Promise<number> {
    return hold('READ')
  }
  override setattr(_req: SetattrRequest): Promise<AttrResult> {
    return hold('SETATTR')
  }
}

/** Each waits for a request that is held: the first two for READ, then LOOKUP, then SETATTR. */
const NOTIFICATIONS = {
  INVAL_INODE: (notify: Notifier) => notify.invalInode(FILE),
  STORE: (notify: Notifier) => notify.store(FILE, 0, new Uint8Array(4096)),
  INVAL_ENTRY: (notify: Notifier) => notify.invalEntry(DIRECTORY, 'any'),
  DELETE: (notify: Notifier) => notify.delete(ROOT, OTHER, 'other'),
}

const { path, lane, guardian, notification } = JSON.parse(process.argv[2]!) as WedgeOptions & { path: string }
const mounted = await mount(new Wedge(), path, {
  fsname: 'wedge',
  notifyVia: lane,
  guardian,
  entryTimeoutMs: Infinity,
  attrTimeoutMs: Infinity,
})
process.on('message', (word) => {
  if (word === 'notify') void NOTIFICATIONS[notification](mounted.notify).catch(() => undefined)
  else if (word === 'exit') process.exit(0)
  else if (word === 'abort') process.abort()
  else if (word === 'unmount') void mounted.unmount()
})
process.send?.({ ready: mounted.guardian })
await mounted.closed
process.disconnect()
