import { badOption } from './errors.js'
import type { MountOptions } from './options.js'

/** What a text for `mount -o` says. */
export interface ParsedOptions {
  readonly options: MountOptions
  /** Options that are not of the mount but, perhaps, of the filesystem; as they stood, without escapes. */
  readonly rest: readonly string[]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Flag = { [K in keyof MountOptions]-?: MountOptions[K] extends boolean | undefined ? K : never }[keyof MountOptions]

/** Options without a value, by the names that mount(8) and FUSE give them. */
const FLAGS: Readonly<Record<string, readonly [Flag, boolean]>> = {
  ro: ['readOnly', true],
  rw: ['readOnly', false],
  suid: ['nosuid', false],
  nosuid: ['nosuid', true],
  dev: ['nodev', false],
  nodev: ['nodev', true],
  exec: ['noexec', false],
  noexec: ['noexec', true],
  atime: ['noatime', false],
  noatime: ['noatime', true],
  allow_other: ['allowOther', true],
  default_permissions: ['defaultPermissions', true],
  blkdev: ['blkdev', true],
}

/** What mount(8) and /etc/fstab say to themselves, and to nobody else. */
const IGNORED =
  /^(defaults|auto|noauto|user|user=.*|nouser|users|owner|group|nofail|_netdev|async|relatime|x-.*|comment=.*)$/

/**
 * Reads options as they are written after `-o`: separated by `,`, with `\,` and `\\` for these characters within a text.
 * A later option overrides an earlier one, as in mount(8).
 *
 * @throws MountError ERR_MOUNT_OPTION for a number that is none
 */
export function parseOptionString(text: string): ParsedOptions {
  const options: Mutable<MountOptions> = {}
  const rest: string[] = []
  for (const item of splitOptions(text)) {
    const flag = Object.hasOwn(FLAGS, item) ? FLAGS[item] : undefined
    const at = item.indexOf('=')
    const [name, value] = at < 0 ? [item, ''] : [item.slice(0, at), item.slice(at + 1)]
    if (flag !== undefined) options[flag[0]] = flag[1]
    else if (IGNORED.test(item)) continue
    else if (at >= 0 && name === 'fsname') options.fsname = value
    else if (at >= 0 && name === 'subtype') options.subtype = value
    else if (at >= 0 && name === 'max_read') options.maxRead = number(name, value)
    else if (at >= 0 && name === 'blksize') options.blksize = number(name, value)
    else rest.push(item)
  }
  return { options, rest }
}

function splitOptions(text: string): string[] {
  const items: string[] = []
  let item = ''
  for (let i = 0; i < text.length; i += 1) {
    const next = text[i + 1]
    if (text[i] === '\\' && (next === ',' || next === '\\')) {
      item += next
      i += 1
    } else if (text[i] === ',') {
      items.push(item)
      item = ''
    } else {
      item += text[i]!
    }
  }
  return [...items, item].filter((option) => option !== '')
}

function number(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw badOption(`${name}=${value} is not a number`)
  return Number(value)
}
