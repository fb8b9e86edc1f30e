import { parseOptionString, type MountOptions } from '../../index.js'
import { UsageError } from '../failure.js'

/** What the texts behind `-o` say. */
export interface OptionList {
  readonly options: MountOptions
  /** As for `--cache`: /etc/fstab has no other place to say it. */
  readonly cache: string | undefined
}

/** Options that other FUSE filesystems have, and why this command does not. */
const REFUSED: Readonly<Record<string, string>> = {
  auto_unmount: 'nobody watches the server as of now; a dead mount is cleared by fusewire umount --lazy',
  allow_root: 'there is only allow_other',
  blkdev: 'none of the sources is a block device',
  blksize: 'none of the sources is a block device',
}

/** Reads the texts behind `-o`; a later one overrides an earlier. @throws UsageError for options that are not known */
export function readOptionLists(texts: readonly string[]): OptionList {
  const { options, rest } = parseOptionString(texts.join(','))
  let cache: string | undefined
  for (const item of [...rest, ...Object.keys(options)]) {
    const reason = REFUSED[item]
    if (reason !== undefined) throw new UsageError(`-o ${item} cannot be had: ${reason}`)
  }
  for (const item of rest) {
    if (!item.startsWith('cache=')) throw new UsageError(`there is no mount option '${item}'`)
    cache = item.slice('cache='.length)
  }
  return { options, cache }
}
