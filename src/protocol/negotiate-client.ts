import { initFlagBit, initFlagBits, INIT_FLAG_NAMES, joinInitFlags, splitInitFlags } from './flags/init-flags.js'
import type { InitFlagName } from './flags/init-flags.js'
import { repliedFlags, settle, type InitIn, type InitOut, type Negotiated } from './negotiated.js'
import { FUSE_KERNEL_MINOR_VERSION, FUSE_KERNEL_VERSION } from './version.js'

/** What a client offers. */
export interface OfferOptions {
  /** The flags that the client can honour; INIT_EXT is added where one needs it. */
  readonly flags: Iterable<InitFlagName>
  /**
   * The minor that the client speaks.
   * @default 45
   */
  readonly minor?: number
  /**
   * Bytes of read-ahead.
   * @default 131072, as Linux has it
   */
  readonly maxReadahead?: number
}

/** The body of the INIT that a client sends. */
export function offerInit(options: OfferOptions): InitIn {
  return {
    major: FUSE_KERNEL_VERSION,
    minor: options.minor ?? FUSE_KERNEL_MINOR_VERSION,
    max_readahead: options.maxReadahead ?? 131_072,
    ...splitInitFlags(initFlagBits(options.flags)),
    unused: Array.from({ length: 11 }, () => 0),
  }
}

/**
 * What a server's reply to INIT amounts to, by the kernel's rules: any minor is taken as it is, what a short body lacks
 * is 0, and numbers out of range are mended. A flag that was not offered is not in force and stands in `refused`; only
 * SETXATTR_EXT counts all the same, since the server will read SETXATTR by it.
 * @throws UnsupportedError if the reply names another major than 7, as the kernel then refuses the connection
 */
export function acceptInit(initIn: InitIn, initOut: InitOut): Negotiated {
  const offered = joinInitFlags(initIn.flags, initIn.flags2)
  const replied = repliedFlags(initOut)
  const inForce = replied & (offered | initFlagBit('SETXATTR_EXT') | initFlagBit('INIT_EXT'))
  const unasked = INIT_FLAG_NAMES.filter((name) => (replied & ~inForce & initFlagBit(name)) !== 0n)
  const refused = unasked.map((flag) => ({ flag, reason: 'the server took it without being offered it' }))
  return settle(initIn, initOut, inForce, refused)
}
