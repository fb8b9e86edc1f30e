import { ROOT_ID } from '../../base/ids.js'
import { FOPEN_KEEP_CACHE, FUSE_OPEN_KILL_SUIDGID } from '../../protocol/flags/open.js'
import type { fuse_open_out } from '../../protocol/structs/file.js'
import {
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_TMPFILE,
  O_TRUNC,
  S_IFREG,
} from '../constants.js'
import type { Core } from '../core.js'
import { Failure, failedWith, failure } from '../failure.js'
import type { Dentry } from '../objects.js'
import { isPrivileged, type Task } from '../task.js'
import { isInvalid, type WireEntry } from './attributes.js'
import { finish } from './close.js'
import type { OpenFile } from './file.js'
import { invalidatePages, truncatePages } from './invalidate.js'
import { lookup, lookupAfresh, obtainInode, revalidate, typeOf, validCached } from './lookup.js'
import { install, masked, mayCreate, sendMknod } from './make.js'
import { openDentry, openedFile } from './open.js'
import { checkPermission } from './permission.js'
import { follow, withLast, withObject, type LastName } from './walk.js'

/** The name of TMPFILE: none that a directory could have. */
const NO_NAME = '/'

/** open(2). @param mode permissions of a file that is made */
export async function open(
  core: Core,
  path: string,
  flags: number,
  mode: number,
  task: Task,
  from: Dentry = core.root,
  links = 0,
): Promise<OpenFile> {
  if ((flags & O_TMPFILE) === O_TMPFILE) return openTemporary(core, path, flags, mode, task)
  const next = await withLast(core, path, task, (last) => openLast(core, last, flags, mode, task), from, links)
  if (!('path' in next)) return next
  try {
    return await open(core, next.path, flags, mode, task, next.from, next.links)
  } finally {
    core.dentries.release(next.from)
  }
}

/** A link stands in the way: what it says, from the directory it is in, held. */
interface Onward {
  readonly path: string
  readonly from: Dentry
  readonly links: number
}

async function openLast(
  core: Core,
  last: LastName,
  flags: number,
  mode: number,
  task: Task,
): Promise<OpenFile | Onward> {
  const { directory, name, hasSlash } = last
  if (name === '' || name === '.' || name === '..') {
    if ((flags & O_CREAT) !== 0) throw failure('EISDIR')
    const dentry = name === '..' ? directory.parent : directory
    return openDentry(core, dentry, flags, task)
  }
  if (hasSlash && (flags & O_CREAT) !== 0) throw failure('EISDIR')
  const mustBeDirectory = hasSlash || (flags & O_DIRECTORY) !== 0
  const found = await findOrCreate(core, directory, name, flags, mode, task)
  if (!('refs' in found)) return found
  try {
    const { inode } = found
    if (inode === undefined) throw failure('ENOENT')
    if ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) throw failure('EEXIST')
    if (inode.isSymlink && ((flags & O_NOFOLLOW) === 0 || hasSlash)) {
      const target = await follow(core, found, last.links, task)
      return { path: target, from: core.dentries.hold(found.parent), links: last.links + 1 }
    }
    if (mustBeDirectory && !inode.isDirectory) throw failure('ENOTDIR')
    return await openDentry(core, found, flags, task)
  } finally {
    core.dentries.release(found)
  }
}

/** The dentry of the name, held; or, with O_CREAT, the file that was made and opened. */
async function findOrCreate(
  core: Core,
  directory: Dentry,
  name: string,
  flags: number,
  mode: number,
  task: Task,
): Promise<Dentry | OpenFile> {
  if ((flags & O_CREAT) === 0) return lookup(core, directory, name, task)
  const isExclusive = (flags & O_EXCL) !== 0
  if (!isExclusive) {
    const cached = await validPositive(core, directory, name, task)
    if (cached !== undefined) return cached
  }
  const parent = directory.inode!
  return parent.lock.exclusive(async () => {
    if (parent.isDead) throw failure('ENOENT')
    const cached = await validCached(core, directory, name, task, isExclusive)
    if (cached?.inode !== undefined) return cached
    // Asked for before it is known whether there is anything to be made; what speaks against it counts only then.
    const refusal = await refusalOf(mayCreate(core, parent, task))
    const found = cached ?? (await lookupAfresh(core, directory, name, task))
    if (found.inode !== undefined) return found
    try {
      if (refusal !== undefined) throw refusal
      return await createNamed(core, found, flags, S_IFREG | masked(core, mode & 0o7777, task, parent), task)
    } finally {
      core.dentries.release(found)
    }
  })
}

/** Why it may not be; undefined if it may. */
async function refusalOf(asking: Promise<void>): Promise<Failure | undefined> {
  try {
    await asking
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** What is cached, if it exists: then no lock is needed. */
async function validPositive(core: Core, directory: Dentry, name: string, task: Task): Promise<Dentry | undefined> {
  const found = core.dentries.find(directory, name)
  if (found?.inode === undefined) return undefined
  core.dentries.hold(found)
  try {
    if (await revalidate(core, found, task, false)) return core.dentries.hold(found)
    core.dentries.invalidate(found)
    return undefined
  } finally {
    core.dentries.release(found)
  }
}

async function createNamed(core: Core, negative: Dentry, flags: number, mode: number, task: Task): Promise<OpenFile> {
  const { features } = core.connection
  const directory = negative.parent.inode!
  const { name } = negative
  const { epoch } = core
  if (!features.lacks('CREATE')) {
    try {
      const reply = await sendCreate(core, 'CREATE', negative.parent, name, flags, mode, task)
      return await openMade(
        core,
        reply,
        flags,
        task,
        (entry) => installCreated(core, negative, entry, epoch),
        () => core.events.inside(directory, 'create', name, false),
      )
    } catch (error) {
      if (failedWith(error, 'EEXIST')) core.dentries.invalidate(negative)
      if (!failedWith(error, 'ENOSYS')) throw error
      features.forgo('CREATE')
    }
  }
  const entry = await sendMknod(core, directory, name, mode, 0, task)
  checkEntry(entry)
  const made = await install(core, negative, entry, epoch)
  try {
    core.events.inside(directory, 'create', name, false)
    return await openDentry(core, made, flags & ~(O_CREAT | O_EXCL | O_TRUNC), task)
  } finally {
    core.dentries.release(made)
  }
}

/** Somebody may have looked for the name meanwhile, and dropped the negative dentry: then the new one is not found either. */
async function installCreated(core: Core, negative: Dentry, entry: WireEntry, epoch: number): Promise<Dentry> {
  const { isHashed } = negative
  const made = await install(core, negative, entry, epoch)
  if (!isHashed) core.dentries.unhash(made)
  return made
}

interface Made {
  readonly fuse_entry_out: WireEntry
  readonly fuse_open_out: ReturnType<typeof fuse_open_out.decode>
}

async function sendCreate(
  core: Core,
  op: 'CREATE' | 'TMPFILE',
  directory: Dentry,
  name: string,
  flags: number,
  mode: number,
  task: Task,
): Promise<Made> {
  const kills = core.negotiated.has('HANDLE_KILLPRIV_V2') && (flags & O_TRUNC) !== 0 && !isPrivileged(task)
  const fuse_create_in = {
    flags: flags & ~O_NOCTTY,
    mode,
    umask: task.umask,
    open_flags: kills ? FUSE_OPEN_KILL_SUIDGID : 0,
  }
  return core.call(op, directory.inode!.nodeid, { fuse_create_in, name }, task)
}

/** A rejected reply is EIO: neither its lookup nor its handle is taken back, as in the kernel. */
function checkEntry(entry: WireEntry): void {
  const isWrong = entry.nodeid === 0 || entry.nodeid === ROOT_ID || isInvalid(entry.attr)
  if (isWrong || typeOf(entry.attr.mode) !== S_IFREG) throw failure('EIO')
}

async function openMade(
  core: Core,
  { fuse_entry_out: entry, fuse_open_out: out }: Made,
  flags: number,
  task: Task,
  installed: (entry: WireEntry) => Promise<Dentry>,
  tell: () => void,
): Promise<OpenFile> {
  checkEntry(entry)
  const dentry = await installed(entry)
  try {
    const opened = { fh: out.fh, openFlags: out.open_flags, isSynthetic: false }
    const file = openedFile(core, dentry, opened, flags)
    tell()
    if (core.negotiated.has('ATOMIC_O_TRUNC') && (flags & O_TRUNC) !== 0) await truncatePages(file.inode, 0)
    else if ((file.openFlags & FOPEN_KEEP_CACHE) === 0) await invalidatePages(core, file.inode)
    try {
      // What was made may be opened in any way; its attributes are refreshed like those of what was there.
      await checkPermission(core, file.inode, task, 0)
    } catch (error) {
      finish(core, file)
      throw error
    }
    core.events.about(dentry, 'open')
    return file
  } finally {
    core.dentries.release(dentry)
  }
}

/** O_TMPFILE: a file without a name, in the filesystem of the directory `path`. */
async function openTemporary(core: Core, path: string, flags: number, mode: number, task: Task): Promise<OpenFile> {
  const { features } = core.connection
  if ((flags & O_ACCMODE) === 0) throw failure('EINVAL')
  return withObject(core, path, task, async (directory) => {
    if (!directory.inode!.isDirectory) throw failure('ENOTDIR')
    await mayCreate(core, directory.inode!, task)
    if (features.lacks('TMPFILE')) throw failure('EOPNOTSUPP')
    const bits = S_IFREG | masked(core, mode & 0o7777, task, directory.inode!)
    let reply: Made
    try {
      reply = await sendCreate(core, 'TMPFILE', directory, NO_NAME, flags, bits, task)
    } catch (error) {
      if (!failedWith(error, 'ENOSYS')) throw error
      features.forgo('TMPFILE')
      throw failure('EOPNOTSUPP')
    }
    return openMade(
      core,
      reply,
      flags,
      task,
      (entry) => unnamed(core, directory, entry),
      () => undefined,
    )
  })
}

/** A dentry that no name finds, held. */
async function unnamed(core: Core, directory: Dentry, entry: WireEntry): Promise<Dentry> {
  const inode = await obtainInode(core, entry, 0, 0)
  try {
    const dentry = core.dentries.add(directory, NO_NAME, inode)
    core.dentries.unhash(dentry)
    return dentry
  } finally {
    core.release(inode)
  }
}
