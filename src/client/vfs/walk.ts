import { encodedNameLength } from '../../base/name.js'
import { MAY_EXEC } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { Dentry } from '../objects.js'
import type { Task } from '../task.js'
import { lookup } from './lookup.js'
import { checkPermission } from './permission.js'
import { readTarget } from './symlink.js'

/* From a path to a dentry. The root of the filesystem is the root of every path; links cannot lead out of it. */

/** As the kernel: more links than this in one path are a circle. */
const MAX_LINKS = 40
/** Bytes of a path, with the NUL that ends it. */
export const PATH_MAX = 4096

/** The last name of a path and the directory it is in, held for the caller. */
export interface LastName {
  readonly directory: Dentry
  /** Empty for the root itself; may be "." or "..". */
  readonly name: string
  /** A slash follows: it must be a directory. */
  readonly hasSlash: boolean
  /** Links that were followed up to here. */
  readonly links: number
}

class Walk {
  private readonly core: Core
  private readonly task: Task
  /** Followed so far. */
  links: number
  /** Held. */
  current: Dentry

  constructor(core: Core, task: Task, start: Dentry, links = 0) {
    this.links = links
    this.core = core
    this.task = task
    this.current = core.dentries.hold(start)
  }

  dispose(): void {
    this.core.dentries.release(this.current)
  }

  /** Goes up to the last name of `path`, which is left to the caller. */
  async toLast(path: string): Promise<{ name: string; hasSlash: boolean }> {
    if (path === '') throw failure('ENOENT')
    if (encodedNameLength(path) >= PATH_MAX) throw failure('ENAMETOOLONG')
    if (path.includes('\0')) throw failure('EINVAL')
    if (path.startsWith('/')) this.move(this.core.dentries.hold(this.core.root))
    const names = path.split('/').filter((name) => name !== '')
    const name = names.pop() ?? ''
    for (const each of names) {
      await this.step(each, true)
      this.checkDirectory()
    }
    return { name, hasSlash: path.endsWith('/') }
  }

  /** Goes to `name`, and on to where a link leads if it is to be followed. */
  async step(name: string, follow: boolean): Promise<void> {
    if (name === '' || name === '.') {
      if (name === '.') await this.mayLookup()
      return
    }
    await this.mayLookup()
    if (name === '..') {
      this.move(this.core.dentries.hold(this.current.parent))
      return
    }
    const found = await lookup(this.core, this.current, name, this.task)
    const { inode } = found
    if (inode === undefined || !inode.isSymlink || !follow) {
      this.move(found)
      return
    }
    await this.followTo(found)
  }

  /** A link was met: goes to where it leads, from the directory it is in. */
  async followTo(link: Dentry): Promise<void> {
    let target: string
    try {
      target = await follow(this.core, link, this.links, this.task)
      this.links += 1
    } finally {
      this.core.dentries.release(link)
    }
    const { name, hasSlash } = await this.toLast(target)
    await this.step(name, true)
    if (hasSlash) this.checkDirectory()
  }

  checkDirectory(): void {
    const { inode } = this.current
    if (inode === undefined) throw failure('ENOENT')
    if (!inode.isDirectory) throw failure('ENOTDIR')
  }

  private async mayLookup(): Promise<void> {
    this.checkDirectory()
    await checkPermission(this.core, this.current.inode!, this.task, MAY_EXEC)
  }

  private move(to: Dentry): void {
    this.core.dentries.release(this.current)
    this.current = to
  }
}

/** How a path is walked. */
export interface WalkOptions {
  /** Goes on if the last name is a link. @default true */
  readonly follow?: boolean
  /** Where a path without a leading slash starts. @default the root */
  readonly from?: Dentry | undefined
}

/** The dentry of an object that exists, held. @throws Failure ENOENT, ENOTDIR, ELOOP, EACCES, and whatever the server says */
export async function walk(core: Core, path: string, task: Task, options: WalkOptions = {}): Promise<Dentry> {
  await core.connection.ready(task.signal)
  const { follow = true, from = core.root } = options
  const walking = new Walk(core, task, from)
  try {
    const { name, hasSlash } = await walking.toLast(path)
    await walking.step(name, follow || hasSlash)
    if (hasSlash) walking.checkDirectory()
    if (walking.current.inode === undefined) throw failure('ENOENT')
    return core.dentries.hold(walking.current)
  } finally {
    walking.dispose()
  }
}

/** Walks to the directory of the last name, and calls `run` with both. */
export async function withLast<T>(
  core: Core,
  path: string,
  task: Task,
  run: (last: LastName) => Promise<T>,
  from: Dentry = core.root,
  links = 0,
): Promise<T> {
  await core.connection.ready(task.signal)
  const walking = new Walk(core, task, from, links)
  try {
    const { name, hasSlash } = await walking.toLast(path)
    walking.checkDirectory()
    // The root itself is in no directory that would have to be searched.
    if (name !== '') await checkPermission(core, walking.current.inode!, task, MAY_EXEC)
    return await run({ directory: walking.current, name, hasSlash, links: walking.links })
  } finally {
    walking.dispose()
  }
}

/** Walks, and calls `run` with what is there. */
export async function withObject<T>(
  core: Core,
  path: string,
  task: Task,
  run: (dentry: Dentry) => Promise<T>,
  options: WalkOptions = {},
): Promise<T> {
  const dentry = await walk(core, path, task, options)
  try {
    return await run(dentry)
  } finally {
    core.dentries.release(dentry)
  }
}

/** Where a link leads. @param links that were followed before it */
export async function follow(core: Core, link: Dentry, links: number, task: Task): Promise<string> {
  if (links >= MAX_LINKS) throw failure('ELOOP')
  return readTarget(core, link.inode!, task)
}
