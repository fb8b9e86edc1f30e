/**
 * The ground of the test suite's own system calls: koffi declarations of libc functions that throw on failure. On
 * purpose it shares nothing with the library under test, which it helps to judge.
 */
import koffi from 'koffi'
import { constants as osConstants } from 'node:os'

/** A path: text is encoded as UTF-8, bytes are taken as they are. */
export type Path = string | Buffer

type Argument = number | bigint | Buffer | null
type NativeType = 'int' | 'uint' | 'int64' | 'size_t' | 'pointer'

const libc = koffi.load('libc.so.6')

/** Two names share a number on Linux; these are the ones that the tests use. */
const ALIASES = new Set(['EWOULDBLOCK', 'ENOTSUP', 'EDEADLOCK'])
const NAMES = new Map(
  Object.entries(osConstants.errno)
    .filter(([name]) => !ALIASES.has(name))
    .map(([name, number]) => [number, name]),
)

/** A failed system call. */
export class PosixError extends Error {
  override readonly name = 'PosixError'
  /** The errno's name, such as `'ENOENT'`. */
  readonly code: string
  /** The errno. */
  readonly number: number

  constructor(call: string, errno: number) {
    const code = NAMES.get(errno) ?? `errno ${errno}`
    super(`${call}: ${code}`)
    this.code = code
    this.number = errno
  }
}

/** The bytes of a path with the NUL that ends it. */
export function cstring(path: Path): Buffer {
  const bytes = typeof path === 'string' ? Buffer.from(path) : path
  const out = Buffer.alloc(bytes.length + 1)
  out.set(bytes)
  return out
}

/** A libc function that answers -1 and sets errno when it fails; the wrapper throws a {@link PosixError} then. */
export function libcCall(name: string, types: readonly NativeType[], result: NativeType = 'int') {
  const native = libc.func(
    name,
    toKoffi(result),
    types.map((type) => toKoffi(type)),
  ) as unknown as (...values: Argument[]) => number | bigint
  return (...values: Argument[]): number => {
    const answer = Number(native(...values))
    if (answer === -1) throw new PosixError(name, koffi.errno())
    return answer
  }
}

function toKoffi(type: NativeType): string {
  return type === 'pointer' ? 'void *' : type
}
