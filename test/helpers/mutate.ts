import type { Random } from './random.js'

/*
 * Ways to spoil a message. Each works in place on `bytes[0, length)` and returns the new length, which is at most that
 * of `bytes`, so that millions of them allocate nothing.
 */

/** Values at which a length or a count goes wrong: around 0, the signs, the powers of two and the safe integers. */
const EDGES = [0, 1, 2, 7, 8, 0x7f, 0xff, 0x100, 0xffff, 0x1f_ffff, 0x20_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]
/** Bytes that mean something inside of names. */
const TELLING = [0x00, 0x2f, 0x2e, 0x7f, 0x80, 0xbf, 0xc0, 0xed, 0xf4, 0xff]

/** Spoils `bytes[0, length)` in one way or several; `other` is a message to take pieces from. */
export function mutate(random: Random, bytes: Uint8Array, length: number, other: Uint8Array): number {
  let now = length
  const times = random.below(16) === 0 ? 3 : 1
  for (let i = 0; i < times; i += 1) now = mutateOnce(random, bytes, now, other)
  // A wrong length word hides all that is behind it, so most often it is made right again.
  if (now >= 4 && random.below(8) !== 0) writeWord(bytes, 0, now)
  return now
}

function mutateOnce(random: Random, bytes: Uint8Array, length: number, other: Uint8Array): number {
  switch (random.below(9)) {
    case 0:
      return random.below(length + 1)
    case 1:
      for (let i = random.below(8); i >= 0; i -= 1) flip(random, bytes, length)
      return length
    case 2:
      flip(random, bytes, length)
      return length
    case 3:
      return overwrite(random, bytes, length)
    case 4:
      return lie(random, bytes, length)
    case 5:
      return splice(random, bytes, length, other)
    case 6:
      return lengthen(random, bytes, length)
    case 7:
      return cutOut(random, bytes, length)
    default:
      return allRandom(random, bytes, length)
  }
}

function flip(random: Random, bytes: Uint8Array, length: number): void {
  if (length > 0) bytes[random.below(length)]! ^= 1 << random.below(8)
}

/** A run of random bytes, or one byte that means something in a name. */
function overwrite(random: Random, bytes: Uint8Array, length: number): number {
  if (length === 0) return 0
  const start = random.below(length)
  if (random.below(2) === 0) {
    bytes[start] = random.pick(TELLING)
  } else {
    const end = Math.min(length, start + 1 + random.below(16))
    for (let i = start; i < end; i += 1) bytes[i] = random.next()
  }
  return length
}

/** Some word says another number: an edge, or one next to what it says or to the length of the message. */
function lie(random: Random, bytes: Uint8Array, length: number): number {
  if (length < 4) return length
  const at = 4 * random.below(length >> 2)
  const said = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  const near = random.below(2) === 0 ? said : length
  writeWord(bytes, at, random.below(2) === 0 ? random.pick(EDGES) : near - 4 + random.below(9))
  return length
}

/** The start of this message, and the end of the other one. */
function splice(random: Random, bytes: Uint8Array, length: number, other: Uint8Array): number {
  const head = random.below(length + 1)
  const from = random.below(2) === 0 ? Math.min(head, other.length) : random.below(other.length + 1)
  const tail = other.subarray(from, from + bytes.length - head)
  bytes.set(tail, head)
  return head + tail.length
}

function lengthen(random: Random, bytes: Uint8Array, length: number): number {
  const end = Math.min(bytes.length, length + 1 + random.below(24))
  const zeros = random.below(2) === 0
  for (let i = length; i < end; i += 1) bytes[i] = zeros ? 0 : random.next()
  return end
}

function cutOut(random: Random, bytes: Uint8Array, length: number): number {
  const start = random.below(length + 1)
  const end = Math.min(length, start + 1 + random.below(16))
  bytes.copyWithin(start, end, length)
  return length - (end - start)
}

/** Nothing is left of the message, but for its header in one case of two. */
function allRandom(random: Random, bytes: Uint8Array, length: number): number {
  const start = random.below(2) === 0 ? 0 : Math.min(length, 16)
  const end = Math.min(bytes.length, start + random.below(120))
  for (let i = start; i < end; i += 1) bytes[i] = random.next()
  return end
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word
  bytes[at + 1] = word >>> 8
  bytes[at + 2] = word >>> 16
  bytes[at + 3] = word >>> 24
}
