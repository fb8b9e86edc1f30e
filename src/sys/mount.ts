import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import { encodeName } from '../base/name.js'
import { check } from './check.js'
import { detached, libc } from './libc.js'
import { Memory } from './memory.js'

/** The arguments of mount(2). */
export interface MountArguments {
  /** What is mounted; for FUSE any text, which `mount` and `df` show. */
  readonly source: string
  readonly target: string
  /** The filesystem's type, such as `fuse.example`. */
  readonly type: string
  /** Bits of `MS`. */
  readonly flags: number
  /** Options for the filesystem itself. */
  readonly data: string
}

/** mount(2), on the spot. Needs CAP_SYS_ADMIN. @throws SystemError */
export function mountSync({ source, target, type, flags, data }: MountArguments): void {
  using text = strings([source, target, type, data], 'mount', target)
  const [from, to, kind, options] = text.addresses as [number, number, number, number]
  check(libc().mount(from, to, kind, flags, options), 'mount', target)
}

/**
 * umount2(2) on a thread of libuv's pool: the kernel may first write back what is dirty, and wait for this very process
 * to answer. Resolves with whether it succeeded; why not, it cannot say.
 *
 * @param flags bits of `MNT`
 */
export async function umount(target: string, flags: number): Promise<boolean> {
  using text = strings([target], 'umount2', target)
  return (await detached('umount2', text.addresses[0]!, flags)) === 0
}

/** umount2(2), on the spot: not for a mount that this process serves. @throws SystemError */
export function umountSync(target: string, flags: number): void {
  using text = strings([target], 'umount2', target)
  check(libc().umount2(text.addresses[0]!, flags), 'umount2', target)
}

/** C strings in memory of their own: longer than the scratch memory allows, or longer lived. */
function strings(texts: readonly string[], syscall: string, path: string): Disposable & { addresses: number[] } {
  const encoded = texts.map((text) => {
    const bytes = encodeName(text)
    if (bytes === undefined || text.includes('\0')) throw new SystemError(ERRNO.EINVAL, syscall, path)
    return bytes
  })
  // mount(2) copies a whole page of options, whatever their length; give it one to copy.
  const memory = Memory.allocate(encoded.reduce((sum, bytes) => sum + bytes.length + 1, 4096))
  let at = 0
  const addresses = encoded.map((bytes) => {
    memory.bytes.set(bytes, at)
    const address = memory.address + at
    at += bytes.length + 1
    return address
  })
  return { addresses, [Symbol.dispose]: () => memory.dispose() }
}
