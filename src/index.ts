export { FuseError, FuseWireError } from './base/errors.js'
