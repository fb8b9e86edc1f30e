import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { ERRNO, errnoName } from '../base/errno.js'
import { SYS, syscallRaw } from '../sys/syscalls.js'
import { openFuseDevice } from './direct.js'
import { MountError } from './errors.js'
import { findHelper } from './fusermount.js'
import { FUSE_DEVICE } from './inherited.js'
import { readMounts } from './mountinfo.js'
import { mayMount } from './privilege.js'

/** Something that this system, or this user, has or lacks. */
export interface Capability {
  readonly ok: boolean
  /** What was found, in one line. */
  readonly detail: string
  /** What to do about it, where it is not ok. */
  readonly advice?: string
}

const FUSE_CONF = '/etc/fuse.conf'
const FUSECTL = '/sys/fs/fuse/connections'

/** Whether /dev/fuse is there and opens. */
export function fuseDevice(): Capability {
  try {
    openFuseDevice().close()
    if (statSync('/dev/fuse').rdev === FUSE_DEVICE) return { ok: true, detail: '/dev/fuse opens' }
    return { ok: false, detail: '/dev/fuse is not the FUSE device', advice: 'as root: mknod -m 666 /dev/fuse c 10 229' }
  } catch (error) {
    if (!(error instanceof MountError)) throw error
    const [detail, advice] = halves(error.message)
    return { ok: false, detail, advice }
  }
}

/** By which way this process could mount. */
export function mountWay(): Capability {
  if (mayMount()) return { ok: true, detail: 'mount(2): this process has CAP_SYS_ADMIN' }
  const helper = findHelper()
  const advice = "install the package 'fuse3', or run as root"
  if (helper === undefined) return { ok: false, detail: 'no CAP_SYS_ADMIN, and no fusermount3 in PATH', advice }
  const { mode, uid } = statSync(helper)
  if ((mode & 0o4000) === 0 || uid !== 0) {
    return {
      ok: false,
      detail: `${helper} is not set-user-ID root`,
      advice: `chown root ${helper} && chmod u+s ${helper}`,
    }
  }
  return { ok: true, detail: `${helper}: this process has no CAP_SYS_ADMIN` }
}

/** Whether this process may mount for others (the option allow_other). */
export function allowOther(): Capability {
  if (mayMount()) return { ok: true, detail: 'allowed to who may call mount(2)' }
  if (/^\s*user_allow_other\s*$/m.test(read(FUSE_CONF) ?? '')) {
    return { ok: true, detail: `user_allow_other is set in ${FUSE_CONF}` }
  }
  const advice = `as root: echo user_allow_other >> ${FUSE_CONF}`
  return { ok: false, detail: `user_allow_other is not set in ${FUSE_CONF}`, advice }
}

/** Whether fusectl is there, by which a connection can be looked at and aborted. */
export function fusectl(): Capability {
  const isMounted = readMounts().some(({ type, mountpoint }) => type === 'fusectl' && mountpoint === FUSECTL)
  if (isMounted) return { ok: true, detail: `mounted at ${FUSECTL}` }
  return { ok: false, detail: `not mounted at ${FUSECTL}`, advice: `as root: mount -t fusectl fusectl ${FUSECTL}` }
}

/** Whether this process may use io_uring. */
export function ioUring(): Capability {
  const sysctl = read('/proc/sys/kernel/io_uring_disabled')?.trim()
  // Without a place for its parameters it fails with EFAULT, but only once it has found that we may.
  const errno = -syscallRaw(SYS.io_uring_setup, 1, 0)
  if (errno === ERRNO.EFAULT) return { ok: true, detail: 'allowed' }
  if (sysctl === '1' || sysctl === '2') {
    const detail = `forbidden by the sysctl kernel.io_uring_disabled = ${sysctl}`
    return { ok: false, detail, advice: 'as root: sysctl kernel.io_uring_disabled=0' }
  }
  if (errno === ERRNO.ENOSYS && sysctl === undefined) {
    return { ok: false, detail: 'the kernel has no io_uring, or hides it', advice: 'a kernel with CONFIG_IO_URING' }
  }
  const detail = `refused (${errnoName(errno) ?? errno}), probably by a seccomp filter`
  return { ok: false, detail, advice: 'let the seccomp profile of the container allow io_uring_setup' }
}

/** Whether the kernel may offer FUSE over io_uring to new mounts. */
export function fuseOverIoUring(): Capability {
  const file = '/sys/module/fuse/parameters/enable_uring'
  const value = read(file)?.trim()
  if (value === 'Y') return { ok: true, detail: `${file} is Y` }
  if (value === undefined) {
    const detail = 'this kernel does not know it, or its module fuse is not loaded'
    return { ok: false, detail, advice: 'Linux 6.14 or newer, with CONFIG_FUSE_IO_URING' }
  }
  return { ok: false, detail: `${file} is ${value}`, advice: `as root: echo Y > ${file}` }
}

/** What limits the system sets to FUSE; those that this kernel does not have are left out. */
export interface SystemLimits {
  /** Pages of 4096 bytes in one request (fs.fuse.max_pages_limit). */
  readonly maxPagesLimit?: number
  /** After so many seconds an unanswered request aborts the connection, if the server does not say; 0: never. */
  readonly defaultRequestTimeoutSeconds?: number
  /** The most that a server may say there; 0: no limit. */
  readonly maxRequestTimeoutSeconds?: number
  /** Background requests of a server that is not root's (max_user_bgreq). */
  readonly maxUserBackground?: number
  /** From how many on optional ones are put off (max_user_congthresh). */
  readonly maxUserCongestionThreshold?: number
}

const LIMITS: Readonly<Record<keyof SystemLimits, string>> = {
  maxPagesLimit: '/proc/sys/fs/fuse/max_pages_limit',
  defaultRequestTimeoutSeconds: '/proc/sys/fs/fuse/default_request_timeout',
  maxRequestTimeoutSeconds: '/proc/sys/fs/fuse/max_request_timeout',
  maxUserBackground: '/sys/module/fuse/parameters/max_user_bgreq',
  maxUserCongestionThreshold: '/sys/module/fuse/parameters/max_user_congthresh',
}

export function systemLimits(): SystemLimits {
  const found = Object.entries(LIMITS).map(([name, file]) => [name, read(file)] as const)
  return Object.fromEntries(found.filter(([, text]) => text !== undefined).map(([name, text]) => [name, Number(text)]))
}

/** What a message of {@link MountError} says is wrong, and what it says to do. */
function halves(message: string): [string, string] {
  const at = message.indexOf(': ')
  return [message.slice(0, at), message.slice(at + 2)]
}

function read(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK)
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
