import type { Dentry, Inode } from './objects.js'

/** What a watch may hear of, with the words of inotify(7). */
export type EventName =
  | 'access'
  | 'attrib'
  | 'close_nowrite'
  | 'close_write'
  | 'create'
  | 'delete'
  | 'delete_self'
  | 'ignored'
  | 'modify'
  | 'moved_from'
  | 'moved_to'
  | 'move_self'
  | 'open'
  | 'unmount'

/** One event. */
export interface WatchEvent {
  readonly event: EventName
  /** The object is a directory. */
  readonly isDirectory: boolean
  /** The name in the watched directory; undefined if it is about the watched object itself. */
  readonly name: string | undefined
  /** The same number for both halves of a rename. */
  readonly cookie: number
}

/** One that watches an object. */
export interface Watcher {
  readonly inode: Inode
  readonly hear: (event: WatchEvent) => void
}

/** Tells watchers what was done through this client, as inotify does. What the server does by itself it does not hear. */
export class Events {
  private readonly watchers = new Map<Inode, Set<Watcher>>()
  private cookies = 0

  add(watcher: Watcher): void {
    const there = this.watchers.get(watcher.inode)
    if (there === undefined) this.watchers.set(watcher.inode, new Set([watcher]))
    else there.add(watcher)
  }

  delete(watcher: Watcher): void {
    const there = this.watchers.get(watcher.inode)
    if (there?.delete(watcher) === true && there.size === 0) this.watchers.delete(watcher.inode)
  }

  /** Something was done to the object behind `dentry`: its watchers hear of it, and those of its directory by its name. */
  about(dentry: Dentry, event: EventName): void {
    if (this.watchers.size === 0) return
    const { inode } = dentry
    if (inode === undefined) return
    this.tell(inode, event, inode.isDirectory, undefined, 0)
    const { parent } = dentry
    if (parent !== dentry && parent.inode !== undefined) {
      this.tell(parent.inode, event, inode.isDirectory, dentry.name, 0)
    }
  }

  /** Something was done to a name in a directory. */
  inside(directory: Inode | undefined, event: EventName, name: string, isDirectory: boolean, cookie = 0): void {
    if (directory !== undefined) this.tell(directory, event, isDirectory, name, cookie)
  }

  /** The object alone is concerned. */
  self(inode: Inode, event: EventName): void {
    this.tell(inode, event, inode.isDirectory, undefined, 0)
  }

  /** The object is gone for good: its watches hear so, and end. */
  gone(inode: Inode, event: 'delete_self' | 'unmount'): void {
    const there = this.watchers.get(inode)
    if (there === undefined) return
    this.self(inode, event)
    this.self(inode, 'ignored')
    this.watchers.delete(inode)
  }

  /** The connection is closed. */
  unmount(): void {
    for (const inode of Array.from(this.watchers.keys())) this.gone(inode, 'unmount')
  }

  nextCookie(): number {
    this.cookies += 1
    return this.cookies
  }

  private tell(inode: Inode, event: EventName, isDirectory: boolean, name: string | undefined, cookie: number): void {
    const there = this.watchers.get(inode)
    if (there === undefined) return
    for (const { hear } of Array.from(there)) hear({ event, isDirectory, name, cookie })
  }
}
