import { exclusiveAll, type RwLock } from '../cache/rw-lock.js'
import { MAY_WRITE, RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT } from '../constants.js'
import type { Core } from '../core.js'
import { failedWith, failure } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import type { Task } from '../task.js'
import { lookupExclusive } from './lookup.js'
import { mayCreate } from './make.js'
import { checkPermission } from './permission.js'
import { mayDelete, unlinked } from './remove.js'
import { directoryChanged } from './staleness.js'
import { changed } from './times.js'
import { withLast, type LastName } from './walk.js'

const KNOWN_FLAGS = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT

/** renameat2(2). @param flags RENAME_ bits; other than 0 needs RENAME2, which the server may not know (EINVAL) */
export async function rename(core: Core, from: string, to: string, flags: number, task: Task): Promise<void> {
  const excludes = (flags & RENAME_EXCHANGE) !== 0 && (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) !== 0
  if ((flags & ~KNOWN_FLAGS) !== 0 || excludes) throw failure('EINVAL')
  await withLast(core, from, task, async (old) => {
    await withLast(core, to, task, async (fresh) => {
      if (isSpecial(old.name)) throw failure('EBUSY')
      if (isSpecial(fresh.name)) throw failure((flags & RENAME_NOREPLACE) === 0 ? 'EBUSY' : 'EEXIST')
      const run = () =>
        exclusiveAll(parentLocks(old.directory, fresh.directory), () => locked(core, old, fresh, flags, task))
      await (old.directory === fresh.directory ? run() : core.renameLock.exclusive(run))
    })
  })
}

function isSpecial(name: string): boolean {
  return name === '' || name === '.' || name === '..'
}

/** The upper directory first, as everybody who locks two of them does. */
function parentLocks(a: Dentry, b: Dentry): RwLock[] {
  const first = isAbove(b, a) ? b : isAbove(a, b) ? a : a.inode!.nodeid < b.inode!.nodeid ? a : b
  return first === a ? [a.inode!.lock, b.inode!.lock] : [b.inode!.lock, a.inode!.lock]
}

function isAbove(upper: Dentry, lower: Dentry): boolean {
  for (let at = lower; ; at = at.parent) {
    if (at === upper) return true
    if (at.isRoot) return false
  }
}

async function locked(core: Core, old: LastName, fresh: LastName, flags: number, task: Task): Promise<void> {
  const { dentries } = core
  const source = await lookupExclusive(core, old.directory, old.name, task, false)
  try {
    if (source.inode === undefined) throw failure('ENOENT')
    const target = await lookupExclusive(core, fresh.directory, fresh.name, task, true)
    try {
      checkPair(old, fresh, source, target, flags)
      await move(core, source, target, flags, task)
    } finally {
      dentries.release(target)
    }
  } finally {
    dentries.release(source)
  }
}

function checkPair(old: LastName, fresh: LastName, source: Dentry, target: Dentry, flags: number): void {
  const isExchange = (flags & RENAME_EXCHANGE) !== 0
  if ((flags & RENAME_NOREPLACE) !== 0 && target.inode !== undefined) throw failure('EEXIST')
  if (isExchange && target.inode === undefined) throw failure('ENOENT')
  if (isExchange && fresh.hasSlash && !target.inode!.isDirectory) throw failure('ENOTDIR')
  const hasSlash = old.hasSlash || (!isExchange && fresh.hasSlash)
  if (!source.inode!.isDirectory && hasSlash) throw failure('ENOTDIR')
  if (isAbove(source, fresh.directory)) throw failure('EINVAL')
  if (isAbove(target, old.directory)) throw failure(isExchange ? 'EINVAL' : 'ENOTEMPTY')
}

async function move(core: Core, source: Dentry, target: Dentry, flags: number, task: Task): Promise<void> {
  const inode = source.inode!
  const other = target.inode
  if (inode === other) return
  const [from, to] = [source.parent.inode!, target.parent.inode!]
  const isExchange = (flags & RENAME_EXCHANGE) !== 0
  await mayDelete(core, from, inode, task)
  if (other === undefined) await mayCreate(core, to, task)
  else {
    await mayDelete(core, to, other, task)
    if (!isExchange && inode.isDirectory && !other.isDirectory) throw failure('ENOTDIR')
    if (!isExchange && !inode.isDirectory && other.isDirectory) throw failure('EISDIR')
  }
  // Its ".." is to change.
  if (from !== to && inode.isDirectory) await checkPermission(core, inode, task, MAY_WRITE)
  if (from !== to && isExchange && other?.isDirectory === true) await checkPermission(core, other, task, MAY_WRITE)
  const objects: Inode[] = !inode.isDirectory || from !== to ? [inode] : []
  if (other !== undefined) objects.push(other)
  const locks = objects.toSorted((a, b) => a.nodeid - b.nodeid).map(({ lock }) => lock)
  const names = { old: source.name, fresh: target.name }
  const hold = (run: () => Promise<void>) => (other === undefined ? run() : core.holding(other, run))
  await hold(async () => {
    await exclusiveAll(locks, () => send(core, source, target, flags, task))
    tell(core, { inode, other, from, to }, names, isExchange)
  })
}

async function send(core: Core, source: Dentry, target: Dentry, flags: number, task: Task): Promise<void> {
  const { dentries } = core
  const [from, to] = [source.parent.inode!, target.parent.inode!]
  try {
    await request(core, source, target, flags, task)
  } catch (error) {
    if (failedWith(error, 'EINTR', 'ENOENT')) {
      dentries.invalidate(source)
      if (target.inode !== undefined) dentries.invalidate(target)
    }
    throw error
  }
  await changed(core, source.inode!)
  const isExchange = (flags & RENAME_EXCHANGE) !== 0
  if (isExchange) await changed(core, target.inode!)
  directoryChanged(from)
  if (to !== from) directoryChanged(to)
  if (isExchange) {
    dentries.exchange(source, target)
    return
  }
  if (target.inode !== undefined) {
    dentries.prune(target)
    await unlinked(core, target.inode)
    if (target.inode.isDirectory) target.inode.isDead = true
  }
  dentries.move(source, target.parent, target.name)
}

async function request(core: Core, source: Dentry, target: Dentry, flags: number, task: Task): Promise<void> {
  const { nodeid } = source.parent.inode!
  const newdir = target.parent.inode!.nodeid
  const names = { oldname: source.name, newname: target.name }
  if (flags === 0) {
    await core.call('RENAME', nodeid, { fuse_rename_in: { newdir }, ...names }, task)
    return
  }
  const { features } = core.connection
  if (features.lacks('RENAME2') || core.negotiated.minor < 23) throw failure('EINVAL')
  try {
    await core.call('RENAME2', nodeid, { fuse_rename2_in: { newdir, flags }, ...names }, task)
  } catch (error) {
    if (!failedWith(error, 'ENOSYS')) throw error
    features.forgo('RENAME2')
    throw failure('EINVAL')
  }
}

interface Moved {
  readonly inode: Inode
  readonly other: Inode | undefined
  readonly from: Inode
  readonly to: Inode
}

function tell(
  core: Core,
  { inode, other, from, to }: Moved,
  names: { readonly old: string; readonly fresh: string },
  isExchange: boolean,
): void {
  const { events } = core
  const moved = (what: Inode, a: Inode, nameA: string, b: Inode, nameB: string) => {
    const cookie = events.nextCookie()
    events.inside(a, 'moved_from', nameA, what.isDirectory, cookie)
    events.inside(b, 'moved_to', nameB, what.isDirectory, cookie)
    events.self(what, 'move_self')
  }
  moved(inode, from, names.old, to, names.fresh)
  if (other === undefined) return
  if (isExchange) moved(other, to, names.fresh, from, names.old)
  else if (!other.isDirectory) events.self(other, 'attrib')
}
