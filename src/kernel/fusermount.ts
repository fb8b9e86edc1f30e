import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { O } from '../sys/constants.js'
import type { Fd } from '../sys/fd.js'
import { setStatusFlags, statusFlags } from '../sys/open.js'
import { receiveFd, socketPair } from '../sys/scm-rights.js'
import { helperError, MountError } from './errors.js'
import { helperOptions, type CheckedOptions } from './options.js'

/** The number under which the helper finds its end of the socket. */
const COMMUNICATION_FD = 3

/** How a run of the helper ended. */
export interface HelperResult {
  readonly success: boolean
  readonly stderr: string
}

/** The path of fusermount3 (package fuse3), from PATH, or undefined. */
export function findHelper(): string | undefined {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'fusermount3')
    try {
      if (directory !== '') {
        accessSync(path, constants.X_OK)
        return path
      }
    } catch {
      // Not here; the next.
    }
  }
  return undefined
}

/**
 * Mounts through fusermount3, which is set-user-ID root, and returns the device that it opens and sends: non-blocking,
 * close-on-exec. Does not block this thread.
 *
 * @throws MountError
 */
export async function mountWithHelper(mountpoint: string, options: CheckedOptions): Promise<Fd> {
  const [ours, theirs] = socketPair()
  try {
    const result = await runHelper(['-o', helperOptions(options), '--', mountpoint], mountpoint, theirs)
    if (!result.success) throw helperError(result.stderr, mountpoint)
    // The helper has ended and its end is closed here too, so this does not wait.
    theirs.close()
    const device = receiveFd(ours.number, 'the FUSE device')
    if (device === undefined) throw helperError(result.stderr, mountpoint)
    setStatusFlags(device.number, statusFlags(device.number) | O.NONBLOCK)
    return device
  } finally {
    ours.close()
    theirs.close()
  }
}

/**
 * Runs fusermount3 with `args` and tells how it ended.
 *
 * @param socket what to hand it as its end of the socket
 * @throws MountError ERR_MOUNT_HELPER_MISSING
 */
export function runHelper(args: readonly string[], mountpoint: string, socket?: Fd): Promise<HelperResult> {
  const path = findHelper()
  if (path === undefined) {
    throw new MountError(
      'ERR_MOUNT_HELPER_MISSING',
      "fusermount3 is not in PATH: install the package 'fuse3', or run as root",
      mountpoint,
    )
  }
  return new Promise((resolve, reject) => {
    let stderr = ''
    const child = spawn(path, args, {
      stdio: ['ignore', 'ignore', 'pipe', socket === undefined ? 'ignore' : socket.number],
      env: { ...process.env, LC_ALL: 'C', _FUSE_COMMFD: String(COMMUNICATION_FD) },
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ success: status === 0, stderr }))
  })
}
