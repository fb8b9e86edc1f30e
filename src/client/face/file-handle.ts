import { PAGE_SIZE } from '../../protocol/limits.js'
import { SEEK_DATA, SEEK_HOLE, STATX_BASIC_STATS, STATX_BTIME, STATX_SIZE } from '../constants.js'
import type { Core } from '../core.js'
import { failure } from '../failure.js'
import type { Task } from '../task.js'
import { close } from '../vfs/close.js'
import { copyRange } from '../vfs/copy-range.js'
import { bmap, ioctl, poll, pollUntilReady, type IoctlAnswer } from '../vfs/device-calls.js'
import type { OpenFile } from '../vfs/file.js'
import { getLock, setLock, type LockWish } from '../vfs/file-locks.js'
import { fsync } from '../vfs/fsync.js'
import { getattr } from '../vfs/getattr.js'
import type { RangeLock } from '../vfs/local-locks.js'
import { read } from '../vfs/read.js'
import { setattr, type Change } from '../vfs/setattr.js'
import { fallocate, seekEnd, seekExtent } from '../vfs/space.js'
import { write } from '../vfs/write.js'
import { decoded, toBytes, toTime, type Encoding, type TimeLike } from './arguments.js'
import { asCall } from './errors.js'
import { BigIntStats, Stats, type StatOptions } from './stats.js'

/** An open file, with the shape of Node's `FileHandle`; what Node does not have stands at the end. */
export class ClientFileHandle implements AsyncDisposable {
  /** A number that no other open file of this client has. It is no descriptor. */
  readonly fd: number
  readonly #core: Core
  readonly #file: OpenFile
  readonly #task: Task
  readonly #path: string

  constructor(core: Core, file: OpenFile, task: Task, path: string) {
    this.#core = core
    this.#file = file
    this.#task = task
    this.#path = path
    this.fd = file.lockOwner
  }

  /** Reads into `buffer`; at the file's position, which moves on, if `position` is not given. */
  async read<T extends ArrayBufferView>(
    buffer: T,
    offset = 0,
    length: number = buffer.byteLength - offset,
    position: number | bigint | null = null,
  ): Promise<{ bytesRead: number; buffer: T }> {
    const into = toBytes(buffer).subarray(offset, offset + length)
    const at = position === null || position < 0 ? undefined : Number(position)
    const bytesRead = await this.#call('read', () => this.#read(into, at))
    return { bytesRead, buffer }
  }

  /** Writes bytes, or a string as UTF-8, and answers how many were taken: fewer than all if the server took no more. */
  async write(
    data: string | ArrayBufferView,
    offset = 0,
    length?: number | null,
    position: number | null = null,
  ): Promise<{ bytesWritten: number; buffer: typeof data }> {
    const bytes = toBytes(data)
    const [start, end] =
      typeof data === 'string' ? [0, bytes.length] : [offset, offset + (length ?? bytes.length - offset)]
    const bytesWritten = await this.#call('write', () => this.#write(bytes.subarray(start, end), position ?? undefined))
    return { bytesWritten, buffer: data }
  }

  /** The rest of the file, from its position on. */
  async readFile(options?: { encoding?: null } | null): Promise<Uint8Array>
  async readFile(options: { encoding: Encoding } | Encoding): Promise<string>
  async readFile(options?: { encoding?: Encoding | null } | Encoding | null): Promise<Uint8Array | string> {
    const encoding = typeof options === 'string' ? options : options?.encoding
    const bytes = await this.#call('read', async () => {
      const parts: Uint8Array[] = []
      const { size } = await getattr(this.#core, this.#file.inode, this.#task, { mask: STATX_SIZE })
      const most = this.#core.settings.maxFileBytes
      let total = 0
      let room = Math.max(PAGE_SIZE, Math.min(size - this.#file.position, READ_BYTES))
      for (;;) {
        const part = new Uint8Array(room)
        const count = await this.#read(part, undefined)
        if (count === 0) return joined(parts)
        total += count
        if (total > most) throw failure('EFBIG')
        parts.push(part.subarray(0, count))
        room = READ_BYTES
      }
    })
    return decoded(bytes, encoding)
  }

  /** Writes all of it, at the file's position. */
  async writeFile(data: string | ArrayBufferView): Promise<void> {
    const bytes = toBytes(data)
    await this.#call('write', async () => {
      for (let done = 0; done < bytes.length;) done += await this.#write(bytes.subarray(done), undefined)
    })
  }

  async appendFile(data: string | ArrayBufferView): Promise<void> {
    await this.writeFile(data)
  }

  async readv(buffers: readonly ArrayBufferView[], position: number | null = null) {
    let bytesRead = 0
    for (const buffer of buffers) {
      const at = position === null ? null : position + bytesRead
      const { bytesRead: count } = await this.read(buffer, 0, buffer.byteLength, at)
      bytesRead += count
      if (count < buffer.byteLength) break
    }
    return { bytesRead, buffers }
  }

  async writev(buffers: readonly ArrayBufferView[], position: number | null = null) {
    let bytesWritten = 0
    for (const buffer of buffers) {
      const at = position === null ? null : position + bytesWritten
      const { bytesWritten: count } = await this.write(buffer, 0, buffer.byteLength, at)
      bytesWritten += count
      if (count < buffer.byteLength) break
    }
    return { bytesWritten, buffers }
  }

  async stat(options?: StatOptions & { bigint?: false }): Promise<Stats>
  async stat(options: StatOptions & { bigint: true }): Promise<BigIntStats>
  async stat(options?: StatOptions): Promise<Stats | BigIntStats> {
    const asked = { mask: options?.mask ?? STATX_BASIC_STATS | STATX_BTIME, sync: options?.sync }
    const attr = await this.#call('fstat', () => getattr(this.#core, this.#file.inode, this.#task, asked))
    return options?.bigint === true ? new BigIntStats(attr) : new Stats(attr)
  }

  async truncate(length = 0): Promise<void> {
    await this.#call('ftruncate', async () => {
      if (!this.#file.isClosed && !this.#file.isWritable) throw failure('EINVAL')
      this.#file.check()
    })
    const { fh, lockOwner } = this.#file
    await this.#change('ftruncate', { size: Math.max(0, length) }, { fh, lockOwner })
  }

  async chmod(mode: number): Promise<void> {
    const type = this.#file.inode.type
    await this.#change('fchmod', { mode: type | (mode & 0o7777) })
  }

  async chown(uid: number, gid: number): Promise<void> {
    await this.#change('fchown', ownerChange(uid, gid))
  }

  async utimes(atime: TimeLike, mtime: TimeLike): Promise<void> {
    await this.#change('futime', { atime: toTime(atime), mtime: toTime(mtime) })
  }

  async sync(): Promise<void> {
    await this.#call('fsync', () => fsync(this.#core, this.#file, false, this.#task))
  }

  async datasync(): Promise<void> {
    await this.#call('fdatasync', () => fsync(this.#core, this.#file, true, this.#task))
  }

  /** Sends what is dirty and FLUSH, and waits for both; a late error of a write is told here. */
  async close(): Promise<void> {
    await this.#call('close', () => close(this.#core, this.#file, this.#task))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#file.isClosed) await this.close()
  }

  /** fallocate(2). @param mode FALLOC_FL_ bits: KEEP_SIZE 1, PUNCH_HOLE 2, ZERO_RANGE 16 */
  async allocate(offset: number, length: number, mode = 0): Promise<void> {
    await this.#call('fallocate', () => fallocate(this.#core, this.#file, mode, offset, length, this.#task))
  }

  /** Where data starts at or behind `offset`. @throws SystemError ENXIO if there is none */
  async seekData(offset: number): Promise<number> {
    return this.#call('lseek', () => seekExtent(this.#core, this.#file, offset, SEEK_DATA, this.#task))
  }

  /** Where a hole starts at or behind `offset`: the end of the file at the latest. */
  async seekHole(offset: number): Promise<number> {
    return this.#call('lseek', () => seekExtent(this.#core, this.#file, offset, SEEK_HOLE, this.#task))
  }

  /** Where the file ends, refreshed if stale: lseek(2) with SEEK_END. */
  async seekEnd(): Promise<number> {
    return this.#call('lseek', () => seekEnd(this.#core, this.#file, this.#task))
  }

  /** copy_file_range(2) from here to `target`. Answers how many bytes were copied. */
  async copyRange(offset: number, target: ClientFileHandle, targetOffset: number, length: number): Promise<number> {
    const range = { source: this.#file, offsetIn: offset, target: target.#file, offsetOut: targetOffset, length }
    return this.#call('copy_file_range', () => copyRange(this.#core, range, this.#task))
  }

  /** Takes or releases a lock. @param wait until it can be had; else EAGAIN */
  async lock(wish: LockWish, wait = false): Promise<void> {
    await this.#call(wish.isFlock ? 'flock' : 'fcntl', () => setLock(this.#core, this.#file, wish, wait, this.#task))
  }

  /** The lock that is in the way of this one; undefined if none is. */
  async testLock(wish: LockWish): Promise<RangeLock | undefined> {
    return this.#call('fcntl', () => getLock(this.#core, this.#file, wish, this.#task))
  }

  /** Which of `events` are ready (POLLIN 1, POLLOUT 4 …). @param wait until one is */
  async poll(events: number, wait = false): Promise<number> {
    const asked = wait ? pollUntilReady : poll
    return this.#call('poll', () => asked(this.#core, this.#file, events, this.#task))
  }

  async ioctl(cmd: number, options: { arg?: number; data?: Uint8Array; outSize?: number } = {}): Promise<IoctlAnswer> {
    const command = {
      cmd,
      arg: options.arg ?? 0,
      data: options.data ?? new Uint8Array(0),
      outSize: options.outSize ?? 0,
    }
    return this.#call('ioctl', () => ioctl(this.#core, this.#file, command, this.#task))
  }

  /** Where a block is on the device below; 0 unless it is a block-device mount. */
  async bmap(block: number, blocksize: number): Promise<number> {
    return this.#call('ioctl', () => bmap(this.#core, this.#file, block, blocksize, this.#task))
  }

  /** @param at undefined: the file's position, which moves on */
  async #read(into: Uint8Array, at: number | undefined): Promise<number> {
    const file = this.#file
    if (at !== undefined) {
      if (!file.isSeekable) throw failure('ESPIPE')
      return read(this.#core, file, into, at, this.#task)
    }
    return file.positionLock.exclusive(async () => {
      const count = await read(this.#core, file, into, file.position, this.#task)
      file.advance(file.position + count)
      return count
    })
  }

  async #write(data: Uint8Array, at: number | undefined): Promise<number> {
    const file = this.#file
    if (at !== undefined) {
      if (!file.isSeekable) throw failure('ESPIPE')
      return (await write(this.#core, file, data, at, this.#task)).count
    }
    return file.positionLock.exclusive(async () => {
      const { count, end } = await write(this.#core, file, data, file.position, this.#task)
      file.advance(end)
      return count
    })
  }

  async #change(syscall: string, change: Change, options: Parameters<typeof setattr>[4] = {}): Promise<void> {
    await this.#call(syscall, async () => {
      this.#file.check()
      await setattr(this.#core, this.#file.dentry, change, this.#task, options)
    })
  }

  #call<T>(syscall: string, run: () => Promise<T>): Promise<T> {
    return asCall(syscall, this.#path, run)
  }
}

/** An id of -1 stays as it is, as in chown(2). */
export function ownerChange(uid: number, gid: number): Change {
  return { uid: uid === -1 ? undefined : uid, gid: gid === -1 ? undefined : gid }
}

const READ_BYTES = 512 * 1024

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
