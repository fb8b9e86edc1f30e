import { resolve } from 'node:path'
import { FuseWireError } from '../base/errors.js'
import { abortConnection } from './fusectl.js'
import { MountError } from './errors.js'
import { connectionNumber, findMount, isFuse, readMounts, type MountEntry } from './mountinfo.js'
import { resolveMountpoint } from './mountpoint.js'
import { unmount } from './unmount.js'

/** What {@link abort} did. */
export interface AbortResult {
  readonly connection: number
  /** Whether there was a connection to end; false if only a dead mount was left of it. */
  readonly aborted: boolean
  /** What was taken away. */
  readonly unmounted: readonly string[]
}

/**
 * Frees a FUSE mount, whatever hangs there: ends its connection, so that every request of every program fails and every
 * blocked notification returns, and takes it away, lazily. Never touches what is mounted. It is allowed to root and to the
 * user who mounted.
 *
 * @param target the mount point, or the number of the connection
 * @throws MountError ERR_NOT_MOUNTED; FuseWireError ERR_FUSECTL: it is somebody else's, or there is no such connection;
 *   UnsupportedError where there is no fusectl
 */
export async function abort(target: string | number): Promise<AbortResult> {
  const connection = typeof target === 'number' ? target : connectionAt(target)
  const mounts = mountsOf(connection)
  const aborted = abortConnection(connection)
  if (!aborted && mounts.length === 0) {
    throw new FuseWireError('ERR_FUSECTL', `there is no FUSE connection ${connection}`)
  }
  const unmounted: string[] = []
  for (const { mountpoint, id } of mounts.toReversed()) {
    // One that is covered cannot be reached, and hangs nobody any more. A guardian may be faster.
    if (findMount(mountpoint)?.id !== id) continue
    try {
      await unmount(mountpoint, { mode: 'lazy' }, id)
      unmounted.push(mountpoint)
    } catch (error) {
      if (findMount(mountpoint)?.id === id) throw error
    }
  }
  return { connection, aborted, unmounted }
}

/** The connection of what is mounted at `path`. @throws MountError ERR_NOT_MOUNTED */
export function connectionAt(path: string): number {
  const entry = mountAt(path)
  if (entry === undefined) throw new MountError('ERR_NOT_MOUNTED', `${path}: nothing is mounted there`, path)
  if (isFuse(entry)) return connectionNumber(entry)
  throw new MountError('ERR_NOT_MOUNTED', `${path}: what is mounted there (${entry.type}) is not FUSE`, path)
}

function mountAt(path: string): MountEntry | undefined {
  const mounts = readMounts()
  const absolute = resolve(path)
  const direct = findMount(absolute, mounts)
  if (direct !== undefined) return direct
  // Links are followed only where that cannot lead through a mount that hangs.
  const isWithin = mounts.some((entry) => isFuse(entry) && absolute.startsWith(`${entry.mountpoint}/`))
  return isWithin ? undefined : findMount(resolveMountpoint(path))
}

function mountsOf(connection: number): MountEntry[] {
  return readMounts().filter((entry) => isFuse(entry) && connectionNumber(entry) === connection)
}

/** The user who mounted a connection that is mounted here, as the mount's options have it. */
export function ownerOf(connection: number): number | undefined {
  const option = mountsOf(connection)[0]?.superOptions.find((one) => one.startsWith('user_id='))
  return option === undefined ? undefined : Number(option.slice('user_id='.length))
}
