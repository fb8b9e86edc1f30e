import { spawn } from 'node:child_process'
import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { decodeName, encodeName } from '../base/name.js'
import { howToClear, MountError, staleMount } from './errors.js'
import { findMount, isFuse } from './mountinfo.js'

/** How long a mount in the way may take to answer before it counts as busy, in ms. */
const PROBE_MS = 1000

/**
 * The absolute path of `path` without symbolic links, as mountinfo has it. The last component itself is looked at only
 * if nothing is mounted there: looking at a FUSE mount whose server is dead or busy may never end.
 *
 * @throws MountError ERR_MOUNTPOINT_MISSING, ERR_MOUNTPOINT_ACCESS or ERR_MOUNT_STALE
 */
export function resolveMountpoint(path: string): string {
  const absolute = resolve(path)
  try {
    const parent = realpath(dirname(absolute))
    const direct = absolute === '/' ? '/' : join(parent, basename(absolute))
    // What is mounted on is a directory and no link, so the rest is resolved already.
    return findMount(direct) === undefined ? realpath(direct) : direct
  } catch (error) {
    throw explain(error, absolute)
  }
}

/**
 * Makes sure that a filesystem can be mounted at `mountpoint`, which {@link resolveMountpoint} has returned, and returns
 * the mode of the directory.
 *
 * @param over whether a mount that is there already may be covered
 * @throws MountError
 */
export async function checkMountpoint(mountpoint: string, over: boolean): Promise<number> {
  const present = findMount(mountpoint)
  if (present !== undefined && isFuse(present)) {
    if ((await probe(mountpoint)) === 'stale') throw staleMount(mountpoint)
    if (!over) {
      throw new MountError(
        'ERR_MOUNTPOINT_IN_USE',
        `${mountpoint}: ${present.type} '${present.source}' is mounted there already; ${howToClear(mountpoint)}`,
        mountpoint,
      )
    }
    // A FUSE root is a directory unless somebody mounted a single file; the kernel would refuse that.
    return 0o40755
  }
  try {
    const { mode } = lstatSync(bytes(mountpoint))
    if ((mode & 0o170000) === 0o40000) return mode
  } catch (error) {
    throw explain(error, mountpoint)
  }
  throw new MountError('ERR_MOUNTPOINT_NOT_DIRECTORY', `${mountpoint}: a mount point must be a directory`, mountpoint)
}

/** Asks a FUSE mount for a sign of life, in a process that may hang for ever in our place. */
function probe(mountpoint: string): Promise<'alive' | 'stale' | 'silent'> {
  return new Promise((resolve) => {
    let text = ''
    // statfs(2), for attributes may be cached, for ever even. No path may look like an option: it is absolute.
    const child = spawn('stat', ['-f', mountpoint], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
      timeout: PROBE_MS,
      killSignal: 'SIGKILL',
    })
    const finish = (result: 'alive' | 'stale' | 'silent') => {
      clearTimeout(timer)
      child.stderr.destroy()
      child.unref()
      resolve(result)
    }
    const timer = setTimeout(finish, PROBE_MS, 'silent')
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part))
    child.on('error', () => finish('silent'))
    child.on('close', () => finish(text.includes('Transport endpoint is not connected') ? 'stale' : 'alive'))
  })
}

function explain(error: unknown, mountpoint: string): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  const options = { cause: error }
  switch (code) {
    case 'ENOENT':
      return new MountError(
        'ERR_MOUNTPOINT_MISSING',
        `${mountpoint}: there is no such directory; a mount point must exist ('mkdir -p ${mountpoint}')`,
        mountpoint,
        options,
      )
    case 'ENOTDIR':
      return new MountError(
        'ERR_MOUNTPOINT_NOT_DIRECTORY',
        `${mountpoint}: a part of the path is not a directory`,
        mountpoint,
        options,
      )
    case 'EACCES':
      return new MountError(
        'ERR_MOUNTPOINT_ACCESS',
        `${mountpoint}: permission denied on the way to the mount point`,
        mountpoint,
        options,
      )
    case 'ENOTCONN':
      return staleMount(mountpoint, error)
    default:
      return error
  }
}

function realpath(path: string): string {
  return decodeName(realpathSync.native(bytes(path), 'buffer'))
}

function bytes(path: string): Buffer {
  const encoded = encodeName(path)
  if (encoded === undefined || path.includes('\0')) {
    throw new MountError('ERR_MOUNTPOINT_MISSING', `${JSON.stringify(path)} cannot be the name of a directory`, path)
  }
  return Buffer.from(encoded.buffer)
}
