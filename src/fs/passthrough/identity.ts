import type { Stat } from '../../sys/stat.js'
import type { Key } from './store/indexes.js'

/* What identifies a file of the source: device and inode number, and its time of birth where that can be trusted. */

const HIGH = 0x1_0000_0000

/**
 * Filesystems whose inodes have a time of birth that never changes (include/uapi/linux/magic.h): ext4, xfs, btrfs, tmpfs,
 * f2fs. Not overlayfs, where it changes as the file is copied up, nor those of the network, where anybody may set it.
 */
const BORN_ONCE: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010])

export class Identity {
  private readonly rootDev: number
  private readonly hasBirth: boolean

  /** @param filesystem the magic number of the root's filesystem */
  constructor(root: Stat, filesystem: number) {
    this.rootDev = root.dev
    this.hasBirth = BORN_ONCE.has(filesystem)
  }

  /** Fills `into` with what identifies the file of `stat`. */
  read(stat: Stat, into: Key): void {
    into.inoLow = low(stat.ino)
    into.inoHigh = high(stat.ino)
    into.dev = stat.dev | 0
    into.birth = this.birth(stat)
  }

  /** Whether `stat` is of the file that `key` identifies. */
  is(stat: Stat, key: Key): boolean {
    return (
      low(stat.ino) === key.inoLow &&
      high(stat.ino) === key.inoHigh &&
      (stat.dev | 0) === key.dev &&
      (key.birth === 0 || key.birth === this.birth(stat))
    )
  }

  /**
   * The inode number to show for a file of device `dev`. That of the source itself, but for files of filesystems that are
   * mounted within it: all have one device to those who look through the mount, and tools that find hard links by
   * device and number (tar, rsync) must not take two files for one.
   */
  shownIno(dev: number, ino: number | bigint): number | bigint {
    if (dev === this.rootDev) return ino
    return BigInt.asUintN(64, BigInt(ino) ^ (BigInt(dev + 1) * 0x9e37_79b9_7f4a_7c15n))
  }

  /** Tells a file from a later one that was given the same number; 0 where that cannot be told. */
  private birth(stat: Stat): number {
    if (!this.hasBirth || stat.dev !== this.rootDev || (stat.btime === 0 && stat.btimeNs === 0)) return 0
    return (Math.imul(stat.btime, 0x9e3779b1) ^ stat.btimeNs) | 0 || 1
  }
}

function low(ino: number | bigint): number {
  // For a number `| 0` keeps the lower 32 bits, whatever is above.
  return typeof ino === 'number' ? ino | 0 : Number(BigInt.asIntN(32, ino))
}

function high(ino: number | bigint): number {
  return typeof ino === 'number' ? Math.floor(ino / HIGH) | 0 : Number(BigInt.asIntN(32, ino >> 32n))
}
