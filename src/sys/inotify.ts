import { ERRNO } from '../base/errno.js'
import { decodeName } from '../base/name.js'
import { check, checkRaw } from './check.js'
import { IN } from './constants.js'
import { Fd } from './fd.js'
import { readRaw } from './io.js'
import { libc, SCRATCH } from './libc.js'
import { cFdPath } from './text.js'

/** What happened to a watched object. */
export interface InotifyEvent {
  /** The number of the watch; -1 for an overflow. */
  readonly watch: number
  /** Bits of `IN`. */
  readonly mask: number
  /** The same for both halves of one rename, else 0. */
  readonly cookie: number
  /** Of an entry of a watched directory; empty if it happened to the watched object itself. As src/base/name.ts has it. */
  readonly name: string
}

/** The size of a struct inotify_event without its name: s32 wd, u32 mask, u32 cookie, u32 len. */
const HEAD = 16

/**
 * An inotify queue: the kernel puts into it what happens to the watched files and directories, in order, before the system call
 * that did it returns. It tells of what is done on this machine, by system calls; not of reads and writes of mapped memory.
 */
export class Inotify implements Disposable {
  readonly #fd: Fd

  /** @throws SystemError EMFILE if this user has fs.inotify.max_user_instances of them */
  constructor() {
    this.#fd = new Fd(check(libc().inotify_init1(IN.NONBLOCK | IN.CLOEXEC), 'inotify_init1'), 'the inotify queue')
  }

  /** Becomes readable when something has happened. */
  get fd(): number {
    return this.#fd.number
  }

  /**
   * Watches the very object that `fd`, which may be O_PATH, stands for. Never throws.
   *
   * @returns the number of the watch, the same again for an object that is watched already; or `-errno`: ENOSPC if this user has
   *   fs.inotify.max_user_watches of them, EACCES for what this process may not read
   */
  watch(fd: number, mask: number): number {
    const native = libc()
    const result = native.inotify_add_watch(this.#fd.number, cFdPath(fd), mask)
    return result < 0 ? -native.errno() : result
  }

  /** Ends a watch; an event IGNORED follows. Does nothing for one that has ended by itself. */
  unwatch(watch: number): void {
    libc().inotify_rm_watch(this.#fd.number, watch)
  }

  /** The next events, up to some thousands; none if there are none. @throws SystemError */
  read(): InotifyEvent[] {
    const { scratch } = libc()
    const length = readRaw(this.#fd.number, scratch.address + SCRATCH.DATA, SCRATCH.DATA_LENGTH)
    if (length === -ERRNO.EAGAIN || length === -ERRNO.EINTR) return []
    checkRaw(length, 'read')
    const { view, bytes } = scratch
    const events: InotifyEvent[] = []
    for (let at: number = SCRATCH.DATA; at < SCRATCH.DATA + length;) {
      const room = view.getUint32(at + 12, true)
      events.push({
        watch: view.getInt32(at, true),
        mask: view.getUint32(at + 4, true),
        cookie: view.getUint32(at + 8, true),
        name: room === 0 ? '' : decodeName(bytes, at + HEAD, bytes.indexOf(0, at + HEAD)),
      })
      at += HEAD + room
    }
    return events
  }

  /** Ends all watches. */
  close(): void {
    this.#fd.close()
  }

  /** As {@link close}. */
  [Symbol.dispose](): void {
    this.close()
  }
}
