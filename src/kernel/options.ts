import { encodedNameLength } from '../base/name.js'
import { MS } from '../sys/constants.js'
import { badOption } from './errors.js'

/** How a filesystem is mounted. What the kernel enforces; caching and limits of the protocol are the session's affair. */
export interface MountOptions {
  /** What `mount` and `df` show as the source. @default 'fusewire' */
  readonly fsname?: string
  /** Shown in the type: `fuse.SUBTYPE`. Letters, digits, `.`, `_`, `+` and `-`. */
  readonly subtype?: string
  /**
   * Whether users other than the one who mounts (root included) may enter. An ordinary user needs `user_allow_other` in
   * /etc/fuse.conf. @default false
   */
  readonly allowOther?: boolean
  /** Whether the kernel checks permission bits, in place of the filesystem's ACCESS. @default false */
  readonly defaultPermissions?: boolean
  /** @default false */
  readonly readOnly?: boolean
  /** Whether set-user-ID bits are ignored. Only root can say false. @default true */
  readonly nosuid?: boolean
  /** Whether device files are dead. Only root can say false. @default true */
  readonly nodev?: boolean
  /** Whether nothing can be executed. @default false */
  readonly noexec?: boolean
  /** Whether access times are left alone. @default false */
  readonly noatime?: boolean
  /** The most the kernel asks for in one READ, in bytes; at least 4096 (the kernel's own floor). @default no limit */
  readonly maxRead?: number
  /**
   * Mounts as `fuseblk`: the filesystem lives on the block device `fsname`, is told when it is unmounted (DESTROY), and
   * the umount waits for its answer. Only root. @default false
   */
  readonly blkdev?: boolean
  /** The block size of a `blkdev`, in bytes: a power of two from 512 to 4096. */
  readonly blksize?: number
}

/** {@link MountOptions} with defaults filled in, and checked. */
export interface CheckedOptions extends MountOptions {
  readonly fsname: string
  readonly nosuid: boolean
  readonly nodev: boolean
}

/** What mount(2) is called with, but for the parts that are known only later. */
export interface DirectArguments {
  readonly type: string
  readonly source: string
  /** Bits of `MS`. */
  readonly flags: number
  /** Options for FUSE itself, without `fd`, `rootmode`, `user_id` and `group_id`. */
  readonly data: readonly string[]
}

/** Fills in defaults and refuses what makes no sense. @throws MountError ERR_MOUNT_OPTION */
export function checkOptions(options: MountOptions): CheckedOptions {
  const { fsname = 'fusewire', subtype, maxRead, blkdev, blksize } = options
  if (fsname === '') throw badOption('fsname must not be empty')
  if (fsname.includes('\0') || fsname.includes('\n') || encodedNameLength(fsname) < 0) {
    throw badOption('fsname must not hold NUL, line breaks or lone surrogates')
  }
  if (subtype !== undefined && !/^[\w.+-]+$/.test(subtype)) {
    throw badOption(`subtype '${subtype}' must be letters, digits, '.', '_', '+' and '-'`)
  }
  if (maxRead !== undefined && (!Number.isInteger(maxRead) || maxRead < 4096 || maxRead > 0xffff_ffff)) {
    throw badOption(`maxRead ${maxRead} must be a whole number of bytes from 4096 to 4294967295`)
  }
  if (blkdev === true && !fsname.startsWith('/')) {
    throw badOption(`blkdev needs the path of a block device as fsname, not '${fsname}'`)
  }
  if (blksize !== undefined) {
    if (blkdev !== true) throw badOption('blksize is only for blkdev')
    if (![512, 1024, 2048, 4096].includes(blksize))
      throw badOption(`blksize ${blksize} must be 512, 1024, 2048 or 4096`)
  }
  return { ...options, fsname, nosuid: options.nosuid ?? true, nodev: options.nodev ?? true }
}

/** The options for mount(2). Nothing needs escaping there: the texts are arguments of their own. */
export function directArguments(options: CheckedOptions): DirectArguments {
  const base = options.blkdev === true ? 'fuseblk' : 'fuse'
  return {
    type: options.subtype === undefined ? base : `${base}.${options.subtype}`,
    source: options.fsname,
    flags:
      (options.readOnly === true ? MS.RDONLY : 0) |
      (options.nosuid ? MS.NOSUID : 0) |
      (options.nodev ? MS.NODEV : 0) |
      (options.noexec === true ? MS.NOEXEC : 0) |
      (options.noatime === true ? MS.NOATIME : 0),
    data: filesystemOptions(options),
  }
}

/** The text for `fusermount3 -o`, in which `,` and `\` within a text are escaped with `\`. */
export function helperOptions(options: CheckedOptions): string {
  const list = [`fsname=${escape(options.fsname)}`]
  if (options.subtype !== undefined) list.push(`subtype=${escape(options.subtype)}`)
  // fusermount3 adds nosuid and nodev itself, and takes suid and dev from root only.
  if (!options.nosuid) list.push('suid')
  if (!options.nodev) list.push('dev')
  list.push(options.readOnly === true ? 'ro' : 'rw')
  if (options.noexec === true) list.push('noexec')
  if (options.noatime === true) list.push('noatime')
  if (options.blkdev === true) list.push('blkdev')
  return [...list, ...filesystemOptions(options)].join(',')
}

function filesystemOptions(options: CheckedOptions): string[] {
  const list: string[] = []
  if (options.defaultPermissions === true) list.push('default_permissions')
  if (options.allowOther === true) list.push('allow_other')
  if (options.maxRead !== undefined) list.push(`max_read=${options.maxRead}`)
  if (options.blksize !== undefined) list.push(`blksize=${options.blksize}`)
  return list
}

function escape(text: string): string {
  return text.replaceAll(/[\\,]/g, String.raw`\$&`)
}
