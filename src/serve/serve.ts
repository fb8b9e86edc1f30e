import type { FileSystem } from '../server/filesystem.js'
import type { Listener, Transport } from '../transport/transport.js'
import type { ServeOptions } from './options.js'
import { readOnly } from './read-only.js'
import { serveListener, type FileServer } from './server.js'
import { serveTransport, type Served } from './served.js'

/**
 * Serves `fs` without a kernel: to the client at the other end of a transport, or to all that connect to a listener. Runs
 * anywhere, if the transport does. A client is `createClient` of `fusewire/client`, or any program that speaks the protocol.
 *
 * Whoever can connect may do in `fs` what root may: a client says itself on whose behalf it asks.
 *
 * With a listener the filesystem is `init`ialised by the first client, and `destroy`ed when the server has been closed. Each
 * client has its own lookups, open files and locks, which are given back when it leaves; what it changes, the others are told
 * by notifications, so that all may cache for ever. The number of links of a removed file is an exception: who knows it by
 * another name sees the old number until its attributes expire.
 *
 * @throws RangeError for options that cannot be
 */
export function serve(fs: FileSystem, transport: Transport, options?: ServeOptions): Served
export function serve(fs: FileSystem, listener: Listener, options?: ServeOptions): FileServer
export function serve(fs: FileSystem, on: Transport | Listener, options: ServeOptions = {}): Served | FileServer {
  const served = options.readOnly === true ? readOnly(fs) : fs
  return 'send' in on ? serveTransport(served, on, options, false) : serveListener(served, on, options)
}
