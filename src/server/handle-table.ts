import { FuseError } from '../base/errors.js'
import type { FileHandle } from '../base/ids.js'

/** In the place of a value whose handle is free: a value may be anything, `undefined` too. */
const FREE: unique symbol = Symbol('free')

/**
 * Gives numbers to open files and directories, from `open` until `close`. The number that was closed last is given out
 * first, so the table is as large as the most that was ever open at once. No handle is 0, which stands for none.
 */
export class HandleTable<T> implements Iterable<[FileHandle, T]> {
  private readonly values: (T | typeof FREE)[] = [FREE]
  private readonly free: FileHandle[] = []

  /** How many are open. */
  get size(): number {
    return this.values.length - 1 - this.free.length
  }

  /** A handle for `value`. */
  open(value: T): FileHandle {
    const fh = this.free.pop() ?? (this.values.length as FileHandle)
    this.values[fh] = value
    return fh
  }

  /** @throws FuseError EBADF if it is not open */
  get(fh: FileHandle): T {
    const value = this.values[fh]
    if (value === FREE || (value === undefined && !(fh in this.values))) throw new FuseError('EBADF')
    return value as T
  }

  /** Gives the number back, and returns what it stood for. @throws FuseError EBADF if it is not open */
  close(fh: FileHandle): T {
    const value = this.get(fh)
    this.values[fh] = FREE
    this.free.push(fh)
    return value
  }

  /** All that are open, by number. */
  *[Symbol.iterator](): IterableIterator<[FileHandle, T]> {
    for (const [fh, value] of this.values.entries()) {
      if (value !== FREE) yield [fh as FileHandle, value]
    }
  }
}
