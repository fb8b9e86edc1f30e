/* The entry `fusewire/client`: the kernel's half of FUSE, without a kernel. */

export { createClient } from './client.js'
export { HONOURED_FLAGS } from './connection/offer.js'
export { SystemError } from '../base/errors.js'

export type { Client } from './client.js'
export type { Clock } from './clock.js'
export type { EventName, WatchEvent } from './events.js'
export type { ModeLike, PathLike, TimeLike } from './face/arguments.js'
export type { Bytes } from './face/bytes.js'
export type { CopyOptions } from './face/copy.js'
export type { ClientDirectory, DirectoryOptions } from './face/directory-handle.js'
export type { DirectoryEntry } from './face/dirent.js'
export type { WriteData } from './face/file-io.js'
export type { ClientFileHandle } from './face/file-handle.js'
export type { ClientFs } from './face/fs.js'
export type { FsWatchEvent, FsWatchOptions } from './face/fs-watch.js'
export type { PartOptions, ReadOptions } from './face/io-arguments.js'
export type {
  NameEncoding,
  ReadFileOptions,
  ReadTextOptions,
  ReaddirOptions,
  RemoveOptions,
  WriteFileOptions,
} from './face/options.js'
export type { StatFs } from './face/stat-fs.js'
export type { BigIntStats, StatOptions, Stats } from './face/stats.js'
export type { LineOptions } from './face/streams.js'
export type { Encoding } from './face/text.js'
export type { Watch } from './face/watch.js'
export type { DentryView, InodeView, Inspection, PageView } from './inspect.js'
export type { CachedAttr } from './objects.js'
export type { ClientOptions, Credentials } from './options.js'
export type { IoctlAnswer, Statfs } from './vfs/device-calls.js'
export type { LockWish } from './vfs/file-locks.js'
export type { RangeLock } from './vfs/local-locks.js'
