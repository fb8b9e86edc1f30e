import { FuseWireError } from '../base/errors.js'
import type { Notifier } from '../notify/notifier.js'
import type { FileSystem } from '../server/filesystem.js'
import type { Listener, Transport } from '../transport/transport.js'
import { tell, type Change } from './change.js'
import { clientView } from './client-view.js'
import { EverybodysNotifier } from './everybody.js'
import type { ServeOptions } from './options.js'
import { printError, serveTransport, type Served } from './served.js'

/** Counters of a {@link FileServer}, since its start. */
export interface FileServerStats {
  /** Clients that are connected now. */
  readonly clients: number
  /** Connections that were served, and that were refused because there were too many. */
  readonly accepted: number
  readonly refused: number
}

/** A filesystem that answers whoever connects. */
export interface FileServer extends AsyncDisposable {
  /** Those who are connected now. */
  readonly clients: ReadonlySet<Served>
  /**
   * Tells all clients what changed: the result is that of the client for which the least was done. What one client changes
   * the others are told anyway.
   */
  readonly notify: Notifier
  /** Resolves when it was closed; rejects if nobody can connect any more for another reason. */
  readonly closed: Promise<void>
  stats(this: void): FileServerStats
  /** Lets nobody in any more, cuts all clients off, and waits until the filesystem has let go of what it had for them. */
  close(this: void): Promise<void>
}

/** Serves one filesystem to all clients of `listener`. */
export function serveListener(fs: FileSystem, listener: Listener, options: ServeOptions): FileServer {
  const { maxClients = 256, onError = printError } = options
  const clients = new Set<Served>()
  /** Those that can be told something. */
  const notifiers = new Map<object, Notifier>()
  const everybody = new EverybodysNotifier(() => notifiers.values())
  const numbers = { last: 0 }
  const counts = { accepted: 0, refused: 0 }
  let isBegun = false

  const accept = (transport: Transport) => {
    if (clients.size >= maxClients) {
      counts.refused += 1
      transport.close()
      onError(new FuseWireError('ERR_TOO_MANY_CLIENTS', `${maxClients} clients are connected already`), 'connection')
      return
    }
    counts.accepted += 1
    const view = clientView(fs, {
      numbers,
      begun(kernel, notify) {
        notifiers.set(view, notify)
        if (!isBegun) fs.init?.(kernel, everybody)
        isBegun = true
      },
      changed(change: Change) {
        for (const [other, notify] of notifiers) if (other !== view) tell(notify, change)
      },
    })
    const client = serveTransport(view, transport, options, true)
    clients.add(client)
    const leave = () => {
      clients.delete(client)
      notifiers.delete(view)
    }
    client.closed.then(leave, (error: unknown) => {
      leave()
      onError(error, 'connection')
    })
  }

  const finish = async () => {
    await Promise.all(Array.from(clients, (client) => client.close()))
    if (isBegun) await fs.destroy?.()
  }
  const closed = (async () => {
    try {
      await listener.closed
    } finally {
      await finish()
    }
  })()
  // Whoever awaits it hears of it; nobody has to.
  closed.catch(() => undefined)
  const close = async () => {
    await listener.close()
    await closed.catch(() => undefined)
  }
  listener.start(accept)
  return {
    clients,
    notify: everybody,
    closed,
    stats: () => ({ clients: clients.size, ...counts }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
