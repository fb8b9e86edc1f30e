/* The entry `fusewire/serve`: serves a filesystem over any transport. Runs anywhere: it needs neither Node nor a kernel. */

export { FuseError, FuseWireError, ProtocolError } from '../base/errors.js'
export { ROOT_ID } from '../base/ids.js'
export { Notifier } from '../notify/notifier.js'
export { FileSystem } from '../server/filesystem.js'
export { HandleTable } from '../server/handle-table.js'
export { Listing } from '../server/listing.js'
export { NodeTable } from '../server/node-table.js'
export { serve } from './serve.js'

export type { FileServer, FileServerStats } from './server.js'
export type { Served } from './served.js'
export type { ServeOptions } from './options.js'
