/* The entry `fusewire/fs/memory`: the filesystem in memory alone, which runs anywhere. */

export { MemoryFileSystem } from './memory-file-system.js'

export type { MemoryFileSystemOptions, MemoryUsage } from './options.js'
