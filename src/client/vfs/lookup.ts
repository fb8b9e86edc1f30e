import type { Generation } from '../../base/ids.js'
import { ROOT_ID } from '../../base/ids.js'
import { encodedNameLength } from '../../base/name.js'
import { isOther } from '../cache/inodes.js'
import { S_IFMT } from '../constants.js'
import type { Core } from '../core.js'
import { Failure, failedWith, failure } from '../failure.js'
import type { Dentry, Inode } from '../objects.js'
import type { Task } from '../task.js'
import { attrUntil, cachedAttr, changeAttributes, isInvalid, until, type WireEntry } from './attributes.js'

/* From a name to a dentry. A dentry that is returned is held for the caller. */

/** The inode of a reply that counts as a lookup, with the reply's attributes. */
export async function obtainInode(core: Core, entry: WireEntry, version: number, evictions: number): Promise<Inode> {
  const isRoot = entry.nodeid === ROOT_ID
  const generation = isRoot ? (0 as Generation) : entry.generation
  const inode = core.inodes.obtain(entry.nodeid, generation, cachedAttr(entry.attr), isRoot)
  inode.nlookup += 1
  return core.holding(inode, async () => {
    await changeAttributes(core, inode, entry.attr, attrUntil(core, entry), version, { evictions })
    inode.refs += 1
    return inode
  })
}

/** For how long the name is valid. */
export function setExpiry(core: Core, dentry: Dentry, entry: WireEntry): void {
  dentry.expiresMs = until(core.nowMs, entry.entry_valid, entry.entry_valid_nsec)
}

export function isExpired(core: Core, dentry: Dentry): boolean {
  return dentry.expiresMs < core.nowMs
}

/** @throws Failure ENAMETOOLONG, without a request; EILSEQ for what is no name */
export function checkName(core: Core, name: string): void {
  const length = encodedNameLength(name)
  if (length < 0) throw failure('EILSEQ')
  if (length > core.negotiated.maxNameBytes) throw failure('ENAMETOOLONG')
}

/**
 * Whether a cached name may be used. One that has expired is looked up again for that, without any lock.
 * @param always asks even if it has not expired: what is to be made, or to be replaced by a rename
 */
export async function revalidate(core: Core, dentry: Dentry, task: Task, always: boolean): Promise<boolean> {
  if (dentry.isRoot) return true
  const { inode } = dentry
  if (dentry.epoch < core.epoch || inode?.isBad === true) return false
  if (!always && !isExpired(core, dentry)) {
    noteUse(core, dentry)
    return true
  }
  if (inode === undefined) return false
  const { version } = core
  let entry: WireEntry
  try {
    const reply = await core.call('LOOKUP', dentry.parent.inode!.nodeid, { name: dentry.name }, task)
    entry = reply.fuse_entry_out
  } catch (error) {
    if (failedWith(error, 'ENOMEM', 'EINTR')) throw error
    if (error instanceof Failure) return false
    throw error
  }
  if (entry.nodeid === 0) return false
  if (entry.nodeid !== inode.nodeid) {
    core.connection.forget(entry.nodeid, 1)
    return false
  }
  inode.nlookup += 1
  if (isInvalid(entry.attr) || isOther(inode, entry.generation, entry.attr.mode)) return false
  await changeAttributes(core, inode, entry.attr, attrUntil(core, entry), version)
  setExpiry(core, dentry, entry)
  return true
}

/** An entry that READDIRPLUS brought is used: the next listing should bring attributes again. */
function noteUse(core: Core, dentry: Dentry): void {
  if (dentry.inode?.isFromReaddirplus !== true) return
  dentry.inode.isFromReaddirplus = false
  adviseReaddirplus(core, dentry.parent.inode!)
}

function adviseReaddirplus(core: Core, directory: Inode): void {
  if (core.negotiated.has('READDIRPLUS_AUTO')) directory.adviseReaddirplus = true
}

/** The name in a plain walk: no lock while it is cached, the directory's lock, shared, while it is looked up. */
export async function lookup(core: Core, directory: Dentry, name: string, task: Task): Promise<Dentry> {
  const cached = await validCached(core, directory, name, task, false)
  if (cached !== undefined) return cached
  return directory.inode!.lock.shared(() => lookupShared(core, directory, name, task))
}

/** As {@link lookup}, for a caller that holds the directory's lock, shared or exclusive. */
export async function lookupShared(core: Core, directory: Dentry, name: string, task: Task): Promise<Dentry> {
  if (directory.inode!.isDead) throw failure('ENOENT')
  for (;;) {
    const cached = await validCached(core, directory, name, task, false)
    if (cached !== undefined) return cached
    const running = directory.inLookup.get(name)
    if (running === undefined) return lookupAfresh(core, directory, name, task)
    // Somebody else is asking: what that brings is looked at like what was cached. An error is theirs alone.
    await running.catch(() => undefined)
  }
}

/**
 * As {@link lookup}, for a caller that holds the directory's lock exclusive.
 * @param always see {@link revalidate}
 */
export async function lookupExclusive(
  core: Core,
  directory: Dentry,
  name: string,
  task: Task,
  always: boolean,
): Promise<Dentry> {
  const cached = await validCached(core, directory, name, task, always)
  if (cached !== undefined) return cached
  if (directory.inode!.isDead) throw failure('ENOENT')
  return lookupAfresh(core, directory, name, task)
}

/** What is cached, if it is valid; else it is dropped. @param always see {@link revalidate} */
export async function validCached(
  core: Core,
  directory: Dentry,
  name: string,
  task: Task,
  always: boolean,
): Promise<Dentry | undefined> {
  const { dentries } = core
  const found = dentries.find(directory, name)
  if (found === undefined) return undefined
  dentries.hold(found)
  let isValid = false
  try {
    isValid = await revalidate(core, found, task, always)
  } catch (error) {
    dentries.release(found)
    throw error
  }
  if (isValid) return found
  dentries.invalidate(found)
  dentries.release(found)
  return undefined
}

/** Asks the server, for a caller that holds the directory's lock and has found nothing cached. */
export async function lookupAfresh(core: Core, directory: Dentry, name: string, task: Task): Promise<Dentry> {
  const { inode } = directory
  if (inode!.isBad) throw failure('EIO')
  checkName(core, name)
  const ask = () => askLookup(core, directory, name, task)
  const asking = core.negotiated.has('PARALLEL_DIROPS') ? ask() : inode!.dirMutex.exclusive(ask)
  directory.inLookup.set(name, asking)
  try {
    return await asking
  } finally {
    directory.inLookup.delete(name)
  }
}

async function askLookup(core: Core, directory: Dentry, name: string, task: Task): Promise<Dentry> {
  const { version, epoch } = core
  const { evictions } = core.inodes
  const parent = directory.inode!
  let entry: WireEntry | undefined
  try {
    entry = (await core.call('LOOKUP', parent.nodeid, { name }, task)).fuse_entry_out
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error
  }
  if (entry === undefined || entry.nodeid === 0) {
    const negative = core.dentries.add(directory, name, undefined)
    negative.epoch = epoch
    if (entry !== undefined) setExpiry(core, negative, entry)
    return negative
  }
  if (isInvalid(entry.attr)) throw failure('EIO')
  const inode = await obtainInode(core, entry, version, evictions)
  try {
    if (inode.nodeid === ROOT_ID) throw failure('EIO')
    const dentry = splice(core, directory, name, inode)
    dentry.epoch = epoch
    setExpiry(core, dentry, entry)
    adviseReaddirplus(core, parent)
    return dentry
  } finally {
    core.release(inode)
  }
}

/**
 * The dentry by which an inode is found under a new name. A directory has one name: if it is known elsewhere, it moves.
 * @throws Failure ELOOP if it would be moved below itself
 */
export function splice(core: Core, directory: Dentry, name: string, inode: Inode): Dentry {
  const { dentries } = core
  const [known] = inode.isDirectory ? inode.aliases : []
  if (known === undefined) return dentries.add(directory, name, inode)
  for (let above = directory; ; above = above.parent) {
    if (above === known) throw failure('ELOOP')
    if (above.isRoot) break
  }
  dentries.hold(known)
  if (known.isHashed && known.parent === directory && known.name === name) return known
  dentries.move(known, directory, name)
  return known
}

/** The type of the object, as in `mode`. */
export function typeOf(mode: number): number {
  return mode & S_IFMT
}
