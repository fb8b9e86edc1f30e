import { readdirSync, readlinkSync, writeSync } from 'node:fs'

/**
 * What a server without the notifier would do: INVAL_INODE of attributes alone, which never waits, written to the device
 * as it is. Returns the errno's name, or undefined.
 */
export function rawInvalidation(node: number): string | undefined {
  const message = Buffer.alloc(40)
  message.writeUInt32LE(message.length, 0)
  message.writeInt32LE(INVAL_INODE, 4)
  message.writeBigUInt64LE(BigInt(node), 16)
  message.writeBigInt64LE(-1n, 24)
  try {
    writeSync(device(), message)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

const INVAL_INODE = 2

function device(): number {
  const isDevice = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === '/dev/fuse'
    } catch {
      return false
    }
  }
  return Number(readdirSync('/proc/self/fd').find(isDevice))
}
