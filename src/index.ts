/* The entry `fusewire`: what everybody uses. The wire itself is `fusewire/protocol`. */

export { FuseError, FuseWireError, ProtocolError, SystemError, UnsupportedError, errnoOf } from './base/errors.js'
export { ERRNO, errnoMessage, errnoName, errnoNumber } from './base/errno.js'
export { ROOT_ID } from './base/ids.js'
export { decodeName, encodeName } from './base/name.js'

export type { ErrnoName } from './base/errno.js'
export type { FileHandle, Generation, NodeId, Unique } from './base/ids.js'
