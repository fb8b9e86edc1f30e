/** Flags of open(2) that matter to a file behind a mount, as Linux has them on x64 and arm64 alike. */
const LINUX = {
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_DSYNC: 0o10000,
  O_SYNC: 0o4010000,
  O_NOATIME: 0o1000000,
} as const

/** Which bits of the flags say whether a file is read, written or both. */
export const ACCESS_MODE = 3
export const O_WRONLY = 1
export const O_RDWR = 2

/** The numbers of `fs.constants`. */
export type OpenConstants = Readonly<Record<string, number | undefined>>

/**
 * Flags of a request as the fs has them. O_NOFOLLOW is added: a name that was a file a moment ago must not lead out of the
 * mount. O_DIRECT and its kin are between the caller and the kernel.
 *
 * @param constants those of the fs; Linux's numbers where it has none
 */
export function openFlags(flags: number, constants: OpenConstants): number {
  // O_RDONLY, O_WRONLY and O_RDWR are 0, 1 and 2 everywhere.
  let out = flags & ACCESS_MODE
  for (const [name, bits] of Object.entries(LINUX)) {
    if ((flags & bits) === bits) out |= constants[name] ?? bits
  }
  return out | (constants['O_NOFOLLOW'] ?? 0)
}

export const O_CREAT = LINUX.O_CREAT
export const O_EXCL = LINUX.O_EXCL

/** Whether a file is opened to be changed. */
export function isForWriting(flags: number): boolean {
  return (flags & ACCESS_MODE) !== 0 || (flags & LINUX.O_TRUNC) !== 0
}
