import { ERRNO } from '../../base/errno.js'
import { SystemError } from '../../base/errors.js'
import { SEEK_DATA, SEEK_HOLE, STATX_BASIC_STATS, STATX_BTIME } from '../constants.js'
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
import { setattr, type Change } from '../vfs/setattr.js'
import { fallocate, seekEnd, seekExtent } from '../vfs/space.js'
import { abortable } from './abort.js'
import { checkInteger, coded } from './argument-errors.js'
import { checkIds, toMode, toTime, type ModeLike, type TimeLike } from './arguments.js'
import { asBytes, type Bytes } from './bytes.js'
import { asCall } from './errors.js'
import { checkData, readAll, readAt, writeAll, writeAt, type WriteData } from './file-io.js'
import { placeOf, readArguments, viewsOf, writeArguments, type PartOptions, type ReadOptions } from './io-arguments.js'
import { encodingOf, type ReadFileOptions, type ReadTextOptions, type WriteFileOptions } from './options.js'
import { BigIntStats, Stats, type StatOptions } from './stats.js'
import { byteStream, lines, type LineOptions } from './streams.js'
import { decodeText, type Encoding } from './text.js'

/** An open file, with the shape of Node's `FileHandle`; what Node does not have stands at the end. */
export class ClientFileHandle implements AsyncDisposable {
  readonly #core: Core
  readonly #file: OpenFile
  readonly #task: Task
  readonly #path: string
  /** Calls that are under way: the file is closed after them. */
  #calls = 0
  #whenIdle: () => void = () => undefined
  #closing: Promise<void> | undefined

  constructor(core: Core, file: OpenFile, task: Task, path: string) {
    this.#core = core
    this.#file = file
    this.#task = task
    this.#path = path
  }

  /** A number that no other open file of this client has, -1 once it is closed. It is no descriptor. */
  get fd(): number {
    return this.#file.isClosed ? -1 : this.#file.lockOwner
  }

  /** Reads into `buffer`; at the file's position, which moves on, if `position` is not given. */
  async read<T extends ArrayBufferView>(
    buffer: T,
    offset?: number | null,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<{ bytesRead: number; buffer: T }>
  async read<T extends ArrayBufferView>(buffer: T, part?: PartOptions): Promise<{ bytesRead: number; buffer: T }>
  async read<T extends ArrayBufferView = Bytes>(options?: ReadOptions<T>): Promise<{ bytesRead: number; buffer: T }>
  async read<T extends ArrayBufferView>(
    first?: T | ReadOptions<T>,
    second?: number | PartOptions | null,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<{ bytesRead: number; buffer: T }> {
    const { buffer, into, at } = readArguments(first, second, length, position)
    const bytesRead = await this.#call('read', () => readAt(this.#core, this.#file, into, at, this.#task))
    return { bytesRead, buffer }
  }

  /** Writes bytes or text, and answers how many bytes were taken: fewer than all if the server took no more. */
  async write<T extends ArrayBufferView>(
    data: T,
    offset?: number | null,
    length?: number | null,
    position?: number | null,
  ): Promise<{ bytesWritten: number; buffer: T }>
  async write<T extends ArrayBufferView>(data: T, part?: PartOptions): Promise<{ bytesWritten: number; buffer: T }>
  async write(
    data: string,
    position?: number | null,
    encoding?: Encoding | null,
  ): Promise<{ bytesWritten: number; buffer: string }>
  async write(
    data: string | ArrayBufferView,
    second?: number | PartOptions | null,
    third?: number | Encoding | null,
    position?: number | null,
  ): Promise<{ bytesWritten: number; buffer: string | ArrayBufferView }> {
    const { bytes, at } = writeArguments(data, second, third, position)
    const bytesWritten = await this.#call('write', () => writeAt(this.#core, this.#file, bytes, at, this.#task))
    return { bytesWritten, buffer: data }
  }

  /** The rest of the file, from its position on. */
  async readFile(options?: ReadFileOptions | null): Promise<Bytes>
  async readFile(options: ReadTextOptions | Encoding): Promise<string>
  async readFile(options?: ReadFileOptions | ReadTextOptions | Encoding | null): Promise<Bytes | string> {
    const encoding = encodingOf<Encoding>(options)
    const signal = typeof options === 'object' ? options?.signal : undefined
    const bytes = await abortable(this.#task, signal, (task) =>
      this.#call('read', () => readAll(this.#core, this.#file, task, signal)),
    )
    return encoding === undefined ? asBytes(bytes) : decodeText(bytes, encoding)
  }

  /** Writes all of it, at the file's position. */
  async writeFile(data: WriteData, options?: WriteFileOptions | Encoding | null): Promise<void> {
    const encoding = encodingOf<Encoding>(options) ?? 'utf8'
    const signal = typeof options === 'object' ? options?.signal : undefined
    checkData(data)
    await abortable(this.#task, signal, (task) =>
      this.#call('write', () => writeAll(this.#core, this.#file, data, encoding, task, signal)),
    )
  }

  /** As {@link writeFile}: what appends is the flag that the file was opened with. */
  async appendFile(data: WriteData, options?: WriteFileOptions | Encoding | null): Promise<void> {
    await this.writeFile(data, options)
  }

  /** Fills one buffer after the other. */
  async readv<T extends readonly ArrayBufferView[]>(buffers: T, position?: number | null) {
    // As preadv(2) says it.
    if (buffers.length === 0) throw new SystemError(ERRNO.EINVAL, 'read', this.#path)
    const run = (into: Uint8Array, at: number | undefined) => readAt(this.#core, this.#file, into, at, this.#task)
    return { bytesRead: await this.#call('read', () => onEach(buffers, position, run)), buffers }
  }

  /** Writes one buffer after the other. */
  async writev<T extends readonly ArrayBufferView[]>(buffers: T, position?: number | null) {
    const run = (data: Uint8Array, at: number | undefined) => writeAt(this.#core, this.#file, data, at, this.#task)
    return { bytesWritten: await this.#call('write', () => onEach(buffers, position, run)), buffers }
  }

  /** The bytes from the file's position on, as a stream. The file is not closed by it. */
  readableWebStream(): ReadableStream<Uint8Array> {
    if (this.#file.isClosed) throw coded(new Error('the file is closed'), 'ERR_INVALID_STATE')
    return byteStream((into) => this.#call('read', () => readAt(this.#core, this.#file, into, undefined, this.#task)))
  }

  /** The lines of the file, without what ends them. The file is closed after the last, unless `autoClose` is false. */
  async *readLines(options: LineOptions = {}): AsyncGenerator<string, undefined> {
    try {
      yield* lines(
        (into, at) => this.#call('read', () => readAt(this.#core, this.#file, into, at, this.#task)),
        options,
      )
    } finally {
      if (options.autoClose !== false) await this.close()
    }
  }

  async stat(options?: StatOptions & { bigint?: false }): Promise<Stats>
  async stat(options: StatOptions & { bigint: true }): Promise<BigIntStats>
  async stat(options?: StatOptions): Promise<Stats | BigIntStats> {
    const asked = { mask: options?.mask ?? STATX_BASIC_STATS | STATX_BTIME, sync: options?.sync }
    const attr = await this.#call('fstat', () => getattr(this.#core, this.#file.inode, this.#task, asked))
    return options?.bigint === true ? new BigIntStats(attr) : new Stats(attr)
  }

  async truncate(length = 0): Promise<void> {
    checkInteger('length', length, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    await this.#call('ftruncate', async () => {
      if (!this.#file.isWritable) throw failure('EINVAL')
    })
    const { fh, lockOwner } = this.#file
    await this.#change('ftruncate', { size: Math.max(0, length) }, { fh, lockOwner })
  }

  async chmod(mode: ModeLike): Promise<void> {
    await this.#change('fchmod', { mode: this.#file.inode.type | toMode(mode) })
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

  /**
   * Waits for the calls that are under way, sends what is dirty and FLUSH, and waits for both; a late error of a write is
   * told here. Closing again does nothing.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
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

  async #close(): Promise<void> {
    if (this.#calls > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      })
    }
    await asCall('close', this.#path, () => close(this.#core, this.#file, this.#task))
  }

  async #change(syscall: string, change: Change, options: Parameters<typeof setattr>[4] = {}): Promise<void> {
    await this.#call(syscall, () => setattr(this.#core, this.#file.dentry, change, this.#task, options))
  }

  async #call<T>(syscall: string, run: () => Promise<T>): Promise<T> {
    this.#calls += 1
    try {
      return await asCall(syscall, this.#path, async () => {
        // Whether its node is bad is looked at later, where the kernel does.
        if (this.#file.isClosed) throw failure('EBADF')
        return run()
      })
    } finally {
      this.#calls -= 1
      if (this.#calls === 0) this.#whenIdle()
    }
  }
}

/** An id of -1 stays as it is, as in chown(2). */
export function ownerChange(uid: number, gid: number): Change {
  checkIds(uid, gid)
  return { uid: uid === -1 ? undefined : uid, gid: gid === -1 ? undefined : gid }
}

/** Reads or writes one buffer after the other, until one is not used up. */
async function onEach(
  buffers: readonly ArrayBufferView[],
  position: number | null | undefined,
  run: (bytes: Uint8Array, at: number | undefined) => Promise<number>,
): Promise<number> {
  const start = placeOf(position)
  let done = 0
  for (const bytes of viewsOf(buffers)) {
    const count = await run(bytes, start === undefined ? undefined : start + done)
    done += count
    if (count < bytes.length) break
  }
  return done
}
