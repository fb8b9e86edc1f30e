import type { InitFlagName } from '../protocol/flags/init-flags.js'
import { SYSTEM_CLOCK, type Clock } from './clock.js'
import { HONOURED_FLAGS } from './connection/offer.js'

/** On whose behalf calls are made. */
export interface Credentials {
  /** @default 0 */
  readonly uid?: number | undefined
  /** @default 0 */
  readonly gid?: number | undefined
  /** Supplementary groups, for permission checks. @default none */
  readonly groups?: readonly number[] | undefined
  /** What the server sees as the calling thread. @default 0 */
  readonly pid?: number | undefined
  /** Permissions that new objects do not get. @default 0o022 */
  readonly umask?: number | undefined
}

/** Options of {@link createClient}. */
export interface ClientOptions extends Credentials {
  /**
   * Permissions are checked here, by mode, owner and group, and stale attributes refreshed for that; else the server is
   * asked, and only by access(2).
   * @default false
   */
  readonly defaultPermissions?: boolean | undefined
  /**
   * The flags of INIT that are offered: some of those that the client can honour.
   * @default all that it can honour
   */
  readonly flags?: readonly InitFlagName[] | undefined
  /** The minor of protocol 7 that is offered. @default 45 */
  readonly minor?: number | undefined
  /** Bytes of read-ahead that are offered; 0: none. @default 131072 */
  readonly maxReadaheadBytes?: number | undefined
  /** The most bytes that one READ asks for, at least 4096: the mount option max_read. @default what was negotiated */
  readonly maxReadBytes?: number | undefined
  /**
   * After how many seconds an unanswered request aborts the connection, if INIT says nothing of it; looked for every 15
   * seconds. 0: never.
   * @default 0
   */
  readonly requestTimeoutSeconds?: number | undefined
  /**
   * How many requests may be with the server at once; further calls wait for their turn. Calls that wait for locks count too.
   * @default 2048
   */
  readonly maxInFlight?: number | undefined
  /** Bytes of cached content of all files. Dirty and locked pages come on top, up to as much. @default 64 MiB */
  readonly maxPageBytes?: number | undefined
  /** Cached names that nobody uses, negative ones included; beyond, the least recently used go. @default 65536 */
  readonly maxDentries?: number | undefined
  /** Bytes of one cached listing (FOPEN_CACHE_DIR); a longer one is not cached. @default 4 MiB */
  readonly maxListingBytes?: number | undefined
  /** The most entries that `readdir` collects; more is EOVERFLOW. (`opendir` has no such bound.) @default 1048576 */
  readonly maxEntries?: number | undefined
  /** The most bytes that `readFile` collects; more is EFBIG. (`read` has no such bound.) @default 2 GiB */
  readonly maxFileBytes?: number | undefined
  /**
   * The server is told of the end by DESTROY, and may be asked by BMAP and SYNCFS, as on a block-device mount.
   * @default false
   */
  readonly blockDevice?: boolean | undefined
  /** After how many milliseconds written data is sent by itself (WRITEBACK_CACHE). @default 5000 */
  readonly writebackMs?: number | undefined
  /** @default the system's clock */
  readonly clock?: Clock | undefined
}

/** The options with all defaults in place. */
export type Settings = ReturnType<typeof settingsOf>

export function settingsOf(options: ClientOptions) {
  const flags = options.flags ?? HONOURED_FLAGS
  const unknown = flags.find((flag) => !HONOURED_FLAGS.includes(flag))
  if (unknown !== undefined) throw new RangeError(`the client cannot honour ${unknown}; see its docs for what it can`)
  return {
    defaultPermissions: options.defaultPermissions ?? false,
    flags,
    minor: options.minor,
    maxReadaheadBytes: options.maxReadaheadBytes ?? 128 * 1024,
    maxReadBytes: Math.max(4096, options.maxReadBytes ?? Infinity),
    requestTimeoutSeconds: options.requestTimeoutSeconds ?? 0,
    maxInFlight: Math.max(1, options.maxInFlight ?? 2048),
    maxPageBytes: options.maxPageBytes ?? 64 * 1024 * 1024,
    maxDentries: options.maxDentries ?? 65_536,
    maxListingBytes: options.maxListingBytes ?? 4 * 1024 * 1024,
    maxEntries: options.maxEntries ?? 1_048_576,
    maxFileBytes: options.maxFileBytes ?? 2 ** 31,
    blockDevice: options.blockDevice ?? false,
    writebackMs: options.writebackMs ?? 5000,
    clock: options.clock ?? SYSTEM_CLOCK,
  }
}
