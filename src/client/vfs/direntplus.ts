import { ROOT_ID } from '../../base/ids.js'
import type { DirentPlus } from '../../protocol/dirent.js'
import { isOther } from '../cache/inodes.js'
import type { Core } from '../core.js'
import type { Dentry } from '../objects.js'
import { attrUntil, changeAttributes, isInvalid } from './attributes.js'
import { obtainInode, setExpiry, splice } from './lookup.js'

/**
 * What READDIRPLUS brings is linked into the caches: each entry with a node, "." and ".." aside, counts as a lookup. One
 * that cannot be linked is taken back at once.
 */
export async function linkEntries(
  core: Core,
  directory: Dentry,
  entries: readonly DirentPlus[],
  version: number,
  evictions: number,
): Promise<void> {
  for (const found of entries) {
    const { nodeid } = found.entry
    if (nodeid === 0 || found.name === '.' || found.name === '..') continue
    const isLinked =
      nodeid !== ROOT_ID &&
      !isInvalid(found.entry.attr) &&
      (await linkEntry(core, directory, found, version, evictions))
    if (!isLinked) core.connection.forget(nodeid, 1)
  }
}

async function linkEntry(
  core: Core,
  directory: Dentry,
  { name, entry }: DirentPlus,
  version: number,
  evictions: number,
): Promise<boolean> {
  const { dentries, epoch } = core
  // Somebody looks for it now: there is one dentry for each name.
  await directory.inLookup.get(name)?.catch(() => undefined)
  const known = dentries.find(directory, name)
  if (known !== undefined) {
    dentries.hold(known)
    try {
      const { inode } = known
      const isSame = inode?.nodeid === entry.nodeid
      if (isSame && !isOther(inode, entry.generation, entry.attr.mode)) {
        if (inode.isBad) return false
        inode.nlookup += 1
        inode.isFromReaddirplus ||= core.negotiated.has('READDIRPLUS_AUTO')
        await changeAttributes(core, inode, entry.attr, attrUntil(core, entry), version)
        known.epoch = epoch
        setExpiry(core, known, entry)
        return true
      }
      if (isSame) inode.isBad = true
      dentries.invalidate(known)
    } finally {
      dentries.release(known)
    }
  }
  const inode = await obtainInode(core, entry, version, evictions)
  try {
    const dentry = splice(core, directory, name, inode)
    inode.isFromReaddirplus ||= core.negotiated.has('READDIRPLUS_AUTO')
    dentry.epoch = epoch
    setExpiry(core, dentry, entry)
    dentries.release(dentry)
    return true
  } finally {
    core.release(inode)
  }
}
