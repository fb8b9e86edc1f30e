import { setTimeout as sleep } from 'node:timers/promises'
import { MNT } from '../sys/constants.js'
import { umount } from '../sys/mount.js'
import { MountError } from './errors.js'
import { abortConnection } from './fusectl.js'
import { runHelper } from './fusermount.js'
import { connectionNumber, findMount, isFuse, readMounts, type MountEntry } from './mountinfo.js'
import { mayMount } from './privilege.js'
import { resolveMountpoint } from './mountpoint.js'

/** How to unmount. */
export interface UnmountOptions {
  /**
   * `normal` refuses while files are open; `lazy` takes the mount out of sight at once and ends it when the last file is
   * closed; `force` ends the connection first (every request fails), then takes it out of sight. @default 'normal'
   */
  readonly mode?: 'normal' | 'lazy' | 'force'
  /** How long to wait until the mount is gone, in ms. @default 10000 */
  readonly timeoutMs?: number
}

/**
 * Unmounts the FUSE filesystem that is mounted at `mountpoint` and waits until it is gone. Looks at mountinfo only, and never at the
 * mounted filesystem. The server must go on answering: the kernel may write back what is dirty, and asks for DESTROY
 * where the mount is a `blkdev`. Does not block this thread.
 *
 * @param id the mount that it must be, from mountinfo; anything else at the same place is left alone
 * @throws MountError ERR_NOT_MOUNTED, ERR_UNMOUNT_BUSY, ERR_UNMOUNT_PERMISSION or ERR_UNMOUNT_TIMEOUT
 */
export async function unmount(mountpoint: string, options: UnmountOptions = {}, id?: number): Promise<void> {
  const { mode = 'normal', timeoutMs = 10_000 } = options
  const path = resolveMountpoint(mountpoint)
  const entry = findMount(path)
  if (entry === undefined || (id !== undefined && entry.id !== id)) {
    const problem =
      entry === undefined ? 'nothing is mounted there' : `something else (${entry.source}) covers the mount`
    throw new MountError('ERR_NOT_MOUNTED', `${path}: ${problem}`, path)
  }
  if (!isFuse(entry)) throw new MountError('ERR_NOT_MOUNTED', `${path}: ${entry.type} is mounted there, not FUSE`, path)
  if (mode === 'force') abortConnection(connectionNumber(entry))
  const attempt = mayMount() ? detach(entry, mode) : detachWithHelper(entry, mode)
  await within(attempt, timeoutMs, path)
  await untilGone(entry, timeoutMs)
}

async function detach(entry: MountEntry, mode: UnmountOptions['mode']): Promise<void> {
  const path = entry.mountpoint
  const lazily = mode === 'normal' ? 0 : MNT.DETACH
  if ((await umount(path, lazily | MNT.UMOUNT_NOFOLLOW)) || !isThere(entry)) return
  throw busy(path)
}

async function detachWithHelper(entry: MountEntry, mode: UnmountOptions['mode']): Promise<void> {
  const path = entry.mountpoint
  const { success, stderr } = await runHelper(['-u', ...(mode === 'normal' ? [] : ['-z']), '--', path], path)
  if (success || !isThere(entry)) return
  if (/busy/i.test(stderr)) throw busy(path)
  throw new MountError(
    'ERR_UNMOUNT_PERMISSION',
    `${path}: only root and the user who mounted may unmount (${stderr.trim()})`,
    path,
  )
}

async function untilGone(entry: MountEntry, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs
  while (isThere(entry)) {
    if (performance.now() > end) throw tooLong(entry.mountpoint, timeoutMs)
    await sleep(10)
  }
}

async function within(action: Promise<void>, timeoutMs: number, path: string): Promise<void> {
  const stop = new AbortController()
  const timer = sleep(timeoutMs, 'late' as const, { signal: stop.signal })
  // Ended by stop.abort(), which rejects it: that is nobody's error.
  timer.catch(() => {})
  try {
    if ((await Promise.race([action, timer])) === 'late') throw tooLong(path, timeoutMs)
  } finally {
    stop.abort()
  }
}

function isThere(entry: MountEntry): boolean {
  return readMounts().some((other) => other.id === entry.id && other.mountpoint === entry.mountpoint)
}

function busy(path: string): MountError {
  return new MountError(
    'ERR_UNMOUNT_BUSY',
    `${path}: files there are open, or a program's current directory is there; close them, or unmount with mode 'lazy'`,
    path,
  )
}

function tooLong(path: string, timeoutMs: number): MountError {
  return new MountError(
    'ERR_UNMOUNT_TIMEOUT',
    `${path}: still mounted after ${timeoutMs} ms: the server may hang; mode 'force' ends its connection`,
    path,
  )
}
