import type { NodeId } from '../base/ids.js'
import type { Negotiated } from '../protocol/negotiated.js'
import type { Transport } from '../transport/transport.js'
import { NOBODY } from './connection/pending.js'
import { Core } from './core.js'
import type { EventName } from './events.js'
import { toPath, type PathLike } from './face/arguments.js'
import { asCall } from './face/errors.js'
import { ClientFs } from './face/fs.js'
import { watch, type Watch } from './face/watch.js'
import { inspect, type Inspection } from './inspect.js'
import { obey } from './notify/notify.js'
import { settingsOf, type ClientOptions, type Credentials } from './options.js'
import { taskOf, type Task } from './task.js'
import { syncfs } from './vfs/device-calls.js'
import { writeAndWait } from './vfs/invalidate.js'

/** The kernel's half of FUSE, in user space: a filesystem server on the other side of a transport, and its caches here. */
export interface Client extends AsyncDisposable {
  /** The filesystem, with the shape of Node's `fs.promises`. */
  readonly fs: ClientFs
  /** What was agreed on with the server. Rejects if it refused, or if the transport ended before. */
  readonly ready: Promise<Negotiated>
  /** Resolves when the connection is over; rejects if that was no ordinary end. */
  readonly closed: Promise<void>
  /**
   * The filesystem for somebody else: other credentials, or a signal that interrupts calls. A call that is interrupted
   * goes on until the server answers, as in the kernel; the server is told by INTERRUPT.
   */
  fsFor(this: void, credentials: Credentials & { readonly signal?: AbortSignal | undefined }): ClientFs
  /** What is cached now, and what is under way. */
  inspect(this: void): Inspection
  /**
   * Hears of what is done through this client to the object at `path`, as inotify(7) does. What the server does by itself
   * no watch hears of, but for DELETE notifications.
   */
  watch(this: void, path: PathLike, events?: readonly EventName[]): Promise<Watch>
  /** Sends all that is dirty, and asks the server to write it out if it may be asked (`blockDevice`). */
  sync(this: void): Promise<void>
  /** Sends what is dirty, then ends the connection: unmounts. Files that are open fail from now on. */
  close(this: void): Promise<void>
  /** Ends the connection at once: requests under way fail with ECONNABORTED. What is cached can still be read. */
  abort(this: void): void
}

/**
 * Makes a client over `transport` and sends INIT. Calls wait until that is answered.
 * @throws RangeError for a flag that the client cannot honour
 */
export function createClient(transport: Transport, options: ClientOptions = {}): Client {
  const core = new Core(transport, settingsOf(options))
  const { connection } = core
  const task = taskOf(options)
  const closed = new Promise<void>((resolve, reject) => {
    connection.onEnd = (error) => {
      core.events.unmount()
      if (error === undefined) resolve()
      else reject(error)
    }
  })
  // Whoever awaits it hears of it; nobody has to.
  closed.catch(() => undefined)
  connection.onNotification = (message, end, code) => obey(core, message, end, code)
  connection.start()
  const close = () => closeClient(core, task)
  return {
    fs: new ClientFs(core, task),
    ready: connection.initialised,
    closed,
    fsFor: ({ signal, ...credentials }) => new ClientFs(core, { ...taskOf({ ...options, ...credentials }), signal }),
    inspect: () => inspect(core),
    watch: (path, events) => watch(core, toPath(path), task, events),
    sync: () => asCall('syncfs', undefined, () => syncAll(core, task)),
    close,
    abort: () => connection.abort(),
    [Symbol.asyncDispose]: close,
  }
}

async function syncAll(core: Core, task: Task): Promise<void> {
  await core.connection.ready(undefined)
  for (const inode of Array.from(core.inodes.all())) await core.holding(inode, () => writeAndWait(core, inode))
  await syncfs(core, task)
}

async function closeClient(core: Core, task: Task): Promise<void> {
  const { connection } = core
  if (connection.isOver) return
  if (connection.isReady) {
    await syncAll(core, task).catch(() => undefined)
    if (core.settings.blockDevice && !connection.isOver) {
      const options = { ...task, caller: NOBODY }
      await connection.call('DESTROY', 0 as NodeId, {}, options, () => undefined).catch(() => undefined)
    }
  }
  connection.abort()
}
