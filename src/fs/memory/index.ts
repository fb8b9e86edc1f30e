/* The entry `fusewire/fs/memory`: the memory filesystem alone, which runs where there is no Node. */

export { MemoryFileSystem } from './memory-file-system.js'

export type { MemoryFileSystemOptions, MemoryUsage } from './options.js'
