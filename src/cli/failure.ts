import { FuseWireError, MountError, UnsupportedError, type MountErrorCode } from '../index.js'
import { EXIT } from './exit-codes.js'

/** A command that cannot do what it was asked for: one line for the user, and how to exit. */
export class CommandError extends Error {
  static {
    this.prototype.name = 'CommandError'
  }

  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.FAILED, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** A command line that makes no sense. */
export class UsageError extends CommandError {
  static {
    this.prototype.name = 'UsageError'
  }

  constructor(message: string) {
    super(message, EXIT.USAGE)
  }
}

/** How a {@link MountError} ends the command; 1 for those that are not here. */
const EXIT_OF: Readonly<Partial<Record<MountErrorCode, number>>> = {
  ERR_MOUNT_OPTION: EXIT.USAGE,
  ERR_FUSE_DEVICE_MISSING: EXIT.UNAVAILABLE,
  ERR_FUSE_DEVICE_ACCESS: EXIT.UNAVAILABLE,
  ERR_MOUNT_PERMISSION: EXIT.UNAVAILABLE,
  ERR_MOUNT_HELPER_MISSING: EXIT.UNAVAILABLE,
  ERR_MOUNT_ALLOW_OTHER: EXIT.UNAVAILABLE,
  ERR_MOUNTPOINT_MISSING: EXIT.PATH,
  ERR_MOUNTPOINT_NOT_DIRECTORY: EXIT.PATH,
  ERR_MOUNTPOINT_ACCESS: EXIT.PATH,
  ERR_MOUNTPOINT_IN_USE: EXIT.PATH,
  ERR_MOUNT_STALE: EXIT.PATH,
  ERR_NOT_MOUNTED: EXIT.PATH,
  ERR_UNMOUNT_BUSY: EXIT.PATH,
}

/** What options of mount() and unmount(), of which the library's messages speak, are called here. */
const OWN_WORDS: readonly (readonly [string, string])[] = [
  ['allowOther', '--allow-other'],
  ['nosuid: false', '-o suid'],
  ['nodev: false', '-o dev'],
  ["mode 'lazy'", '--lazy'],
  ["mode 'force'", '--force'],
]

/** What a user sees of an error, and how the command exits. */
export interface Failure {
  readonly text: string
  readonly exitCode: number
}

/** One line for what a user, or the system, is to blame for; all there is for a fault of this program. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) return { text: error.message, exitCode: error.exitCode }
  if (error instanceof MountError) {
    const text = OWN_WORDS.reduce((message, [theirs, ours]) => message.replace(theirs, ours), error.message)
    return { text, exitCode: EXIT_OF[error.code] ?? EXIT.FAILED }
  }
  if (error instanceof FuseWireError && error.code === 'ERR_SOCKET_IN_USE') {
    return { text: error.message, exitCode: EXIT.PATH }
  }
  if (error instanceof UnsupportedError) return { text: error.message, exitCode: EXIT.UNAVAILABLE }
  if (error instanceof FuseWireError || isSystemError(error)) return { text: error.message, exitCode: EXIT.FAILED }
  const all = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { text: `a fault of fusewire: ${all}`, exitCode: EXIT.FAILED }
}

/** Node's own, for a system call that failed. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}
