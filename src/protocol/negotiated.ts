import { UnsupportedError } from '../base/errors.js'
import { initFlagBit, INIT_FLAG_NAMES, joinInitFlags, type InitFlagName } from './flags/init-flags.js'
import { NOTIFICATIONS } from './notify-codes.js'
import { NAME_MAX_ONE_PAGE, NAME_MAX_PAGES, PAGE_SIZE } from './limits.js'
import type { fuse_init_in, fuse_init_out } from './structs/init.js'
import { FUSE_KERNEL_VERSION, type WireFormat } from './version.js'

/** The body of an INIT request. */
export type InitIn = ReturnType<typeof fuse_init_in.decode>
/** The body of a reply to INIT; padding may be left out. */
export type InitOut = Parameters<typeof fuse_init_out.encode>[2]

/** A flag that one side named and that is not in force, and why. */
export interface RefusedFlag {
  readonly flag: InitFlagName
  readonly reason: string
}

/** Which notifications the peer takes, by the name of the method that sends them. */
export type NotifySupport = Readonly<
  Record<
    | 'poll'
    | 'invalInode'
    | 'invalEntry'
    | 'expireOnly'
    | 'store'
    | 'retrieve'
    | 'delete'
    | 'resend'
    | 'incEpoch'
    | 'prune',
    boolean
  >
>

/** What a connection has agreed on, computed once from both INITs. The only gate for what either side may use. */
export interface Negotiated extends WireFormat {
  /** The minor that the server named, even if it is above what either side knows. */
  readonly minor: number
  readonly setxattrExt: boolean
  /** Which notifications the peer takes. Of the mount's own kernel, if it speaks 7.45, all. */
  readonly supports: NotifySupport
  /** Why something of {@link supports} is false, in words; '' if it is true. */
  readonly unsupportedReason: (what: keyof NotifySupport) => string
  /** The flags in force, bit 0 to 63. */
  readonly flags: bigint
  /** Whether a flag is in force. */
  readonly has: (name: InitFlagName) => boolean
  /** The most bytes of data in one WRITE; at least 4096. */
  readonly maxWrite: number
  /** The most pages of 4096 bytes in one READ, WRITE, READDIR or RETRIEVE. */
  readonly maxPages: number
  /** The most bytes that one READ or READDIR asks for; the mount option max_read may lower it. */
  readonly maxRead: number
  /** Bytes of read-ahead; 0: none. */
  readonly maxReadahead: number
  /** How many background requests there may be at a time. */
  readonly maxBackground: number
  /** From how many background requests on optional ones are put off. */
  readonly congestionThreshold: number
  /** Granularity of times that the kernel sets, in nanoseconds, 1 to 10^9. */
  readonly timeGranNs: number
  /** Alignment of DAX mappings as a power of two; 0 without MAP_ALIGNMENT. */
  readonly mapAlignment: number
  /** How many filesystems may be stacked below a passthrough file, 1 or 2; 0 without PASSTHROUGH. */
  readonly maxStackDepth: number
  /** After how many seconds an unanswered request aborts the connection; 0: the system's default. */
  readonly requestTimeoutSeconds: number
  /** The longest name, in bytes, in a notification or the reply to a lookup. */
  readonly maxNameBytes: number
  readonly refused: readonly RefusedFlag[]
}

/** What the kernel falls back to. */
const DEFAULT_MAX_BACKGROUND = 12
const DEFAULT_CONGESTION_THRESHOLD = 9
const DEFAULT_MAX_PAGES = 32
/** The default of the sysctl fs.fuse.max_pages_limit. */
export const MAX_PAGES_LIMIT = 256
/** The kernel raises a shorter time limit for requests to this. */
const MIN_REQUEST_TIMEOUT_SECONDS = 15
const MAX_TIME_GRAN_NS = 1_000_000_000

/**
 * What the kernel makes of the two bodies.
 * @param flags the flags in force, before those are taken away that need another field
 * @throws UnsupportedError if the reply names another major than 7
 */
export function settle(initIn: InitIn, out: InitOut, flags: bigint, refused: readonly RefusedFlag[]): Negotiated {
  if (out.major !== FUSE_KERNEL_VERSION) {
    throw new UnsupportedError(`the reply to INIT names major ${out.major}; only major 7 is known`)
  }
  const { minor } = out
  const names = new Set(INIT_FLAG_NAMES.filter((name) => (flags & initFlagBit(name)) !== 0n))
  const refusals = [...refused]
  if (
    names.has('PASSTHROUGH') &&
    (out.max_stack_depth < 1 || out.max_stack_depth > 2 || names.has('WRITEBACK_CACHE'))
  ) {
    names.delete('PASSTHROUGH')
    refusals.push({ flag: 'PASSTHROUGH', reason: 'needs max_stack_depth 1 or 2, and no WRITEBACK_CACHE' })
  }
  if (!names.has('DO_READDIRPLUS') && names.delete('READDIRPLUS_AUTO')) {
    refusals.push({ flag: 'READDIRPLUS_AUTO', reason: 'needs DO_READDIRPLUS' })
  }
  if (names.has('AUTO_INVAL_DATA') && names.delete('EXPLICIT_INVAL_DATA')) {
    refusals.push({ flag: 'EXPLICIT_INVAL_DATA', reason: 'AUTO_INVAL_DATA takes precedence' })
  }
  const maxPages = names.has('MAX_PAGES') ? Math.min(Math.max(out.max_pages, 1), MAX_PAGES_LIMIT) : DEFAULT_MAX_PAGES
  const maxRead = maxPages * PAGE_SIZE
  const hasGran = out.time_gran >= 1 && out.time_gran <= MAX_TIME_GRAN_NS
  const timeout = names.has('REQUEST_TIMEOUT') ? out.request_timeout : 0
  const missing = missingNotifications(minor, names)
  return {
    minor,
    setxattrExt: names.has('SETXATTR_EXT'),
    supports: Object.fromEntries(Object.entries(missing).map(([what, why]) => [what, why === ''])) as NotifySupport,
    unsupportedReason: (what) => missing[what],
    flags: [...names].reduce((bits, name) => bits | initFlagBit(name), 0n),
    has: (name) => names.has(name),
    maxWrite: minor < 5 ? PAGE_SIZE : Math.max(out.max_write, PAGE_SIZE),
    maxPages,
    maxRead,
    // A reply below 7.6 does not name it: what was offered stays.
    maxReadahead: minor < 6 ? initIn.max_readahead : Math.min(initIn.max_readahead, out.max_readahead),
    maxBackground: minor < 13 ? DEFAULT_MAX_BACKGROUND : out.max_background || DEFAULT_MAX_BACKGROUND,
    congestionThreshold:
      minor < 13 ? DEFAULT_CONGESTION_THRESHOLD : out.congestion_threshold || DEFAULT_CONGESTION_THRESHOLD,
    timeGranNs: hasGran ? out.time_gran : 1,
    mapAlignment: names.has('MAP_ALIGNMENT') ? out.map_alignment : 0,
    maxStackDepth: names.has('PASSTHROUGH') ? out.max_stack_depth : 0,
    requestTimeoutSeconds: timeout === 0 ? 0 : Math.max(timeout, MIN_REQUEST_TIMEOUT_SECONDS),
    maxNameBytes: maxPages > 1 ? NAME_MAX_PAGES : NAME_MAX_ONE_PAGE,
    refused: refusals,
  }
}

/** The same, but that no notification is supported, for `reason`; only POLL, which changes nothing that is cached. */
export function withoutNotifications(negotiated: Negotiated, reason: string): Negotiated {
  const none = Object.fromEntries(Object.keys(negotiated.supports).map((what) => [what, false])) as NotifySupport
  return {
    ...negotiated,
    supports: { ...none, poll: negotiated.supports.poll },
    unsupportedReason: (what) => (what === 'poll' ? negotiated.unsupportedReason(what) : reason),
  }
}

/** The flags of a reply that count: none below minor 6. */
export function repliedFlags(out: InitOut): bigint {
  return out.minor < 6 ? 0n : joinInitFlags(out.flags, out.flags2)
}

/** For each notification why the peer does not take it, '' if it does. A peer looks at no flag of the reply: flags only tell. */
function missingNotifications(minor: number, flags: ReadonlySet<InitFlagName>): Record<keyof NotifySupport, string> {
  const since = (least: number) => (minor >= least ? '' : `needs protocol 7.${least}, the connection has 7.${minor}`)
  const told = (flag: InitFlagName, least: number) =>
    since(least) || (flags.has(flag) ? '' : `the peer does not offer ${flag}, or it was not asked for`)
  return {
    poll: since(NOTIFICATIONS.POLL.since),
    invalInode: since(NOTIFICATIONS.INVAL_INODE.since),
    invalEntry: since(NOTIFICATIONS.INVAL_ENTRY.since),
    expireOnly: told('HAS_EXPIRE_ONLY', 38),
    store: since(NOTIFICATIONS.STORE.since),
    retrieve: since(NOTIFICATIONS.RETRIEVE.since),
    delete: since(NOTIFICATIONS.DELETE.since),
    resend: told('HAS_RESEND', NOTIFICATIONS.RESEND.since),
    incEpoch: since(NOTIFICATIONS.INC_EPOCH.since),
    prune: since(NOTIFICATIONS.PRUNE.since),
  }
}
