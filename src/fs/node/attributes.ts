import type { SetTime } from '../../server/requests/attr.js'
import type { Attr } from '../../server/results.js'
import type { NodeStats, NodeTime } from './api.js'

/* From Node's `Stats` to attributes, and back to times that Node takes. */

const NS_PER_MS = 1_000_000n
const NS_PER_S = 1_000_000_000n

export function attrOf(stats: NodeStats): Attr {
  const atime = nanoseconds(stats.atimeNs, stats.atimeMs)
  const mtime = nanoseconds(stats.mtimeNs, stats.mtimeMs)
  const ctime = nanoseconds(stats.ctimeNs, stats.ctimeMs)
  return {
    mode: Number(stats.mode),
    size: Number(stats.size),
    nlink: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    rdev: Number(stats.rdev ?? 0),
    blksize: Number(stats.blksize ?? 4096),
    ...(stats.ino === undefined || BigInt(stats.ino) === 0n ? {} : { ino: stats.ino }),
    ...(stats.blocks === undefined ? {} : { blocks: Number(stats.blocks) }),
    atime: seconds(atime),
    atimensec: rest(atime),
    mtime: seconds(mtime),
    mtimensec: rest(mtime),
    ctime: seconds(ctime),
    ctimensec: rest(ctime),
  }
}

/** Tells objects apart, where the fs numbers them. */
export function keyOf({ dev = 0, ino = 0 }: NodeStats): string | undefined {
  return BigInt(ino) === 0n ? undefined : `${dev}:${ino}`
}

/**
 * A time for `utimes`, which takes seconds with a fraction: some 200 ns of precision today. Below 0 Node takes a Date
 * only, which has milliseconds.
 */
export function nodeTime(time: SetTime, nowMs: number): NodeTime {
  if (time === 'now') return nowMs / 1000
  return time.sec < 0 ? new Date(time.sec * 1000 + time.nsec / 1e6) : time.sec + time.nsec / 1e9
}

function nanoseconds(ns: bigint | undefined, ms: number | bigint): bigint {
  if (ns !== undefined) return ns
  return typeof ms === 'bigint' ? ms * NS_PER_MS : BigInt(Math.round(ms * 1e6))
}

/** Rounded down, so that the rest is not negative. */
function seconds(ns: bigint): number {
  return Number((ns - (((ns % NS_PER_S) + NS_PER_S) % NS_PER_S)) / NS_PER_S)
}

function rest(ns: bigint): number {
  return Number(((ns % NS_PER_S) + NS_PER_S) % NS_PER_S)
}
