import { UnsupportedError } from '../base/errors.js'
import {
  INIT_FLAG_NAMES,
  INIT_FLAGS,
  initFlagBit,
  initFlagBits,
  joinInitFlags,
  splitInitFlags,
  type InitFlagName,
} from './flags/init-flags.js'
import { FLAG_WISHES, REFUSED_FLAGS, type FlagWish, type InitWishes, type Wish } from './init-wishes.js'
import { PAGE_SIZE } from './limits.js'
import { MAX_PAGES_LIMIT, settle, type InitIn, type InitOut, type Negotiated, type RefusedFlag } from './negotiated.js'
import { FUSE_KERNEL_MINOR_VERSION, FUSE_KERNEL_VERSION } from './version.js'

/** The oldest kernel minor that a server here works with (Linux 5.4). */
export const MIN_KERNEL_MINOR = 31
/** What is negotiated where nobody says otherwise. */
export const DEFAULT_MAX_WRITE = 1024 * 1024
const DEFAULT_MAX_BACKGROUND = 64
const PAGES_WITHOUT_FLAG = 32

/** Flags of which only one can be in force; of two that are not required the first is taken. */
const EXCLUSIVE: readonly (readonly [InitFlagName, InitFlagName])[] = [
  ['PASSTHROUGH', 'WRITEBACK_CACHE'],
  ['HANDLE_KILLPRIV_V2', 'HANDLE_KILLPRIV'],
  ['EXPLICIT_INVAL_DATA', 'AUTO_INVAL_DATA'],
  ['EXPORT_SUPPORT', 'NO_EXPORT_SUPPORT'],
]

/** The server's answer to INIT, and what it amounts to. */
export interface InitAnswer {
  readonly initOut: InitOut
  readonly negotiated: Negotiated
}

/**
 * Answers the kernel's INIT: takes what is wished and offered, and nothing else.
 * @throws UnsupportedError if a wish is required and cannot be had, if wishes contradict each other, or if the kernel
 *   speaks another major than 7 or is older than 7.31
 * @throws RangeError if a number is out of its range
 */
export function answerInit(initIn: InitIn, wishes: InitWishes = {}): InitAnswer {
  if (initIn.major !== FUSE_KERNEL_VERSION) {
    throw new UnsupportedError(`the kernel speaks major ${initIn.major} of the protocol; only major 7 is known`)
  }
  if (initIn.minor < MIN_KERNEL_MINOR) {
    const least = `7.${MIN_KERNEL_MINOR} (Linux 5.4) is the oldest that is supported`
    throw new UnsupportedError(`the kernel speaks protocol 7.${initIn.minor}; ${least}`)
  }
  const limit = inRange('minorLimit', wishes.minorLimit, FUSE_KERNEL_MINOR_VERSION, 0, FUSE_KERNEL_MINOR_VERSION)
  const minor = Math.min(initIn.minor, limit)
  const offered = joinInitFlags(initIn.flags, initIn.flags2)
  const wanted = wantedFlags(wishes)
  const refused = [
    ...refuseExclusive(wanted),
    ...refuseUnavailable(wanted, offered, minor),
    ...refuseNeedy(wanted, wishes),
  ]
  const pagesOffered = (offered & initFlagBit('MAX_PAGES')) !== 0n && minor >= (INIT_FLAGS.MAX_PAGES.since ?? 0)
  const size = transferSize(wishes, pagesOffered)
  const maxBackground = inRange('maxBackground', wishes.maxBackground, DEFAULT_MAX_BACKGROUND, 1, 0xffff)
  const threshold = Math.max(1, Math.floor((maxBackground * 3) / 4))
  const stackDepth = inRange('maxStackDepth', wishes.maxStackDepth, 1, 1, 2)
  const taken = new Set(wanted.keys())
  if (pagesOffered) taken.add('MAX_PAGES')
  if (wishes.requestTimeoutSeconds !== undefined) taken.add('REQUEST_TIMEOUT')
  const words = splitInitFlags(initFlagBits(taken))
  const initOut: InitOut = {
    major: FUSE_KERNEL_VERSION,
    minor,
    max_readahead: inRange('maxReadahead', wishes.maxReadahead, initIn.max_readahead, 0, 0xffff_ffff),
    flags: words.flags,
    max_background: maxBackground,
    congestion_threshold: inRange('congestionThreshold', wishes.congestionThreshold, threshold, 1, maxBackground),
    max_write: size.maxWrite,
    time_gran: inRange('timeGranNs', wishes.timeGranNs, 1, 1, 1_000_000_000),
    max_pages: pagesOffered ? size.maxPages : 0,
    map_alignment: 0,
    flags2: words.flags2,
    max_stack_depth: taken.has('PASSTHROUGH') ? stackDepth : 0,
    request_timeout: inRange('requestTimeoutSeconds', wishes.requestTimeoutSeconds, 0, 1, 0xffff),
  }
  const capped = { ...initOut, max_readahead: Math.min(initOut.max_readahead, initIn.max_readahead) }
  const never = INIT_FLAG_NAMES.filter((name) => (offered & initFlagBit(name)) !== 0n && name in REFUSED_FLAGS)
  const reasons = never.map((flag) => ({ flag, reason: REFUSED_FLAGS[flag]! }))
  const flags = minor < 6 ? 0n : joinInitFlags(capped.flags, capped.flags2)
  return { initOut: capped, negotiated: settle(initIn, capped, flags, [...reasons, ...refused]) }
}

/** The flags that are wished, and whether each is required. */
function wantedFlags(wishes: InitWishes): Map<InitFlagName, Wish> {
  const wanted = new Map<InitFlagName, Wish>()
  for (const [key, { flag, byDefault }] of Object.entries(FLAG_WISHES)) {
    const wish = wishes[key as FlagWish] ?? byDefault
    if (wish !== false) wanted.set(flag, wish)
  }
  if (wishes.requestTimeoutSeconds !== undefined) wanted.set('REQUEST_TIMEOUT', true)
  return wanted
}

function refuseExclusive(wanted: Map<InitFlagName, Wish>): RefusedFlag[] {
  const refused: RefusedFlag[] = []
  for (const [a, b] of EXCLUSIVE) {
    if (!wanted.has(a) || !wanted.has(b)) continue
    if (wanted.get(a) === true && wanted.get(b) === true) throw new UnsupportedError(`${a} excludes ${b}`)
    const [flag, other] = wanted.get(b) === true ? [a, b] : [b, a]
    wanted.delete(flag)
    refused.push({ flag, reason: `excluded by ${other}` })
  }
  return refused
}

function refuseUnavailable(wanted: Map<InitFlagName, Wish>, offered: bigint, minor: number): RefusedFlag[] {
  const refused: RefusedFlag[] = []
  for (const [flag, wish] of wanted) {
    const since = INIT_FLAGS[flag].since ?? 0
    const tooNew = since > minor && `needs protocol 7.${since}, the connection has 7.${minor}`
    const reason = (offered & initFlagBit(flag)) === 0n ? 'the kernel does not offer it' : tooNew
    if (reason === false) continue
    if (wish === true) throw new UnsupportedError(`${flag} cannot be had: ${reason}`)
    wanted.delete(flag)
    refused.push({ flag, reason })
  }
  return refused
}

/** Refuses what the kernel would refuse (or leave without effect) for want of something else. */
function refuseNeedy(wanted: Map<InitFlagName, Wish>, wishes: InitWishes): RefusedFlag[] {
  if (wanted.has('ALLOW_IDMAP') && wishes.defaultPermissions !== true && !wanted.has('POSIX_ACL')) {
    throw new UnsupportedError('ALLOW_IDMAP needs default_permissions or POSIX_ACL; the kernel would refuse the mount')
  }
  if (!wanted.has('READDIRPLUS_AUTO') || wanted.has('DO_READDIRPLUS')) return []
  if (wanted.get('READDIRPLUS_AUTO') === true) throw new UnsupportedError('READDIRPLUS_AUTO needs DO_READDIRPLUS')
  wanted.delete('READDIRPLUS_AUTO')
  return [{ flag: 'READDIRPLUS_AUTO', reason: 'needs DO_READDIRPLUS' }]
}

function transferSize(wishes: InitWishes, pagesOffered: boolean): { maxWrite: number; maxPages: number } {
  const limit = pagesOffered ? MAX_PAGES_LIMIT : PAGES_WITHOUT_FLAG
  if (!pagesOffered && (wishes.maxPages ?? 0) > limit) {
    throw new UnsupportedError(`maxPages above ${limit} needs MAX_PAGES, which the kernel does not offer`)
  }
  const maxWrite = inRange('maxWrite', wishes.maxWrite, DEFAULT_MAX_WRITE, PAGE_SIZE, 0xffff_ffff)
  const needed = Math.min(Math.ceil(maxWrite / PAGE_SIZE), limit)
  const maxPages = pagesOffered ? inRange('maxPages', wishes.maxPages, needed, 1, MAX_PAGES_LIMIT) : limit
  return { maxWrite: Math.min(maxWrite, maxPages * PAGE_SIZE), maxPages }
}

function inRange(name: string, value: number | undefined, byDefault: number, least: number, most: number): number {
  if (value === undefined) return byDefault
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`${name} is ${value}; it must be a whole number from ${least} to ${most}`)
}
