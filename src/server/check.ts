/*
 * What the kernel would refuse after it has taken the reply. It forgets no lookup of such an entry, and marks an object
 * whose type it does not like as bad for good; so such an answer is an error of the handler before that.
 */

export const S_IFMT = 0o170000
export const S_IFDIR = 0o40000
export const S_IFREG = 0o100000
export const S_IFLNK = 0o120000

/** Bit N is set if N, shifted left by 12, is a type: fifo, device, directory, block device, file, link, socket. */
const TYPES = (1 << 1) | (1 << 2) | (1 << 4) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 12)

/** @throws TypeError unless `mode` has the type of a file */
export function checkType(mode: number): void {
  if (((TYPES >> ((mode & S_IFMT) >> 12)) & 1) === 1) return
  throw new TypeError(`mode ${octal(mode)} has no type: it needs one such as S_IFREG (0o100000)`)
}

/**
 * An object that was just made.
 * @param wanted a mode with the type that it must have, if that is known
 * @throws TypeError
 */
export function checkMade(node: number, mode: number, wanted: number | undefined): void {
  if (node <= 1) throw new TypeError(`node ${node} cannot be that of a new object`)
  if (wanted === undefined || (mode & S_IFMT) === (wanted & S_IFMT)) return
  throw new TypeError(`mode ${octal(mode)} has another type than what was to be made (${octal(wanted & S_IFMT)})`)
}

function octal(mode: number): string {
  return `0o${mode.toString(8)}`
}
