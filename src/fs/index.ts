/* The entry `fusewire/fs`: filesystems that are ready to be mounted. */

export { MemoryFileSystem } from './memory/memory-file-system.js'
export { PASSTHROUGH_MODULE } from './passthrough/module-url.js'
export { PassthroughFileSystem } from './passthrough/passthrough-fs.js'

export type { MemoryFiles } from './memory/files.js'
export type { MemoryFileSystemOptions, MemoryUsage } from './memory/options.js'
export type { PassthroughData } from './passthrough/module.js'
export type { PassthroughOptions } from './passthrough/options.js'
export type { WatchCounts } from './passthrough/watch/watches.js'
export { fromNodeFs } from './node/from-node-fs.js'
export type { NodeFsLike, NodePromises, NodeSync } from './node/api.js'
export type { NodeFsOptions } from './node/options.js'
