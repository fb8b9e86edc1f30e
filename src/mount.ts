import { UnsupportedError } from './base/errors.js'
import { mountFuse, type FuseMount } from './kernel/mount-fuse.js'
import type { MountOptions as KernelMountOptions } from './kernel/options.js'
import type { UnmountOptions } from './kernel/unmount.js'
import type { Notifier } from './notify/notifier.js'
import type { NotifierOptions } from './notify/options.js'
import type { InitWishes } from './protocol/init-wishes.js'
import type { Negotiated } from './protocol/negotiated.js'
import type { FileSystem } from './server/filesystem.js'
import { Session, type SessionStats } from './server/session.js'
import { libuvLoop } from './sys/libuv.js'
import { DeviceTransport } from './transport/device.js'
import { DeviceNotifyPort, type LaneKind } from './transport/device-notify.js'
import { Reactor, type ReactorStats } from './transport/device-reactor.js'

/** Options of {@link mount}; those of the kernel's mount besides. */
export interface MountOptions extends KernelMountOptions {
  /** For how long a name may be resolved without asking, where a reply does not say. `Infinity` for ever. @default 1000 */
  readonly entryTimeoutMs?: number
  /** The same for attributes. @default 1000 */
  readonly attrTimeoutMs?: number
  /** The same for names that do not exist. @default 0 */
  readonly negativeTimeoutMs?: number
  /** What is cached of a file stays when it is opened again, where open does not say. @default false */
  readonly keepCache?: boolean
  /** Listings may be cached, where opendir does not say. @default false */
  readonly cacheDir?: boolean
  /**
   * How notifications that may wait are sent: by io_uring, whose threads are the kernel's own, or by a pool of worker threads
   * that serves nothing else. `auto` takes io_uring where it is allowed. @default 'auto'
   */
  readonly notifyVia?: LaneKind
  /** Bounds of what may wait. */
  readonly notify?: NotifierOptions
  /** What to ask of the kernel. READDIRPLUS is asked for if the filesystem has it, unless you say otherwise. */
  readonly init?: InitWishes
  /**
   * A handler threw what is no errno (its caller got EIO), or a message was malformed. The mount goes on.
   * @default a line on standard error
   */
  readonly onError?: (error: unknown, request: string) => void
}

/** Counters of a mount, since its start. */
export interface MountStats extends SessionStats {
  readonly reactor: ReactorStats
}

/** A filesystem that is mounted and answers. */
export interface Mount extends AsyncDisposable {
  /** The absolute path. */
  readonly mountpoint: string
  /** How it was mounted, and why so. */
  readonly how: FuseMount['how']
  readonly reason: string
  /** What was negotiated with the kernel. */
  readonly kernel: Negotiated
  /** Tells the kernel what changed. */
  readonly notify: Notifier
  /** How notifications that may wait are sent, and why so. */
  readonly notifyVia: { readonly lane: 'io_uring' | 'threads'; readonly reason: string }
  /** Counters since the start. */
  stats(this: void): MountStats
  /** Resolves when it is unmounted, by whomever; rejects if the connection was aborted. */
  readonly closed: Promise<void>
  /** Unmounts, and waits until it is gone. @throws MountError, such as ERR_UNMOUNT_BUSY while files are open */
  unmount(this: void, options?: UnmountOptions): Promise<void>
}

/**
 * Mounts `fs` at `mountpoint` and serves it from this thread, which must be the main one. Do not use the mount from this
 * thread by calls that block (`readFileSync`): it would wait for itself for ever.
 *
 * @throws MountError for what the system refuses; UnsupportedError where there is no Linux, or what `init` requires
 *   cannot be had
 */
export async function mount(fs: FileSystem, mountpoint: string, options: MountOptions = {}): Promise<Mount> {
  const loop = libuvLoop()
  if (!loop.available) throw new UnsupportedError(`cannot serve from this thread: ${loop.reason}`)
  const wanted = { ...fs.mountDefaults, ...options }
  const init = { ...fs.mountDefaults?.init, ...options.init }
  const made = await mountFuse(mountpoint, wanted)
  const reactor = new Reactor(loop)
  const transport = new DeviceTransport(made.fd, reactor, { maxDataBytes: init.maxWrite })
  const notifyPort = new DeviceNotifyPort(transport.fd, reactor, options.notifyVia)
  const session = new Session(transport, fs, {
    defaults: {
      entryTimeoutMs: wanted.entryTimeoutMs ?? 1000,
      attrTimeoutMs: wanted.attrTimeoutMs ?? 1000,
      negativeTimeoutMs: wanted.negativeTimeoutMs ?? 0,
      keepCache: wanted.keepCache ?? false,
      cacheDir: wanted.cacheDir ?? false,
    },
    init: {
      readdirplus: fs.readdirplus === undefined ? false : 'auto',
      defaultPermissions: wanted.defaultPermissions ?? false,
      ...init,
    },
    notifyPort,
    notify: options.notify,
    onError: options.onError ?? ((error, request) => console.error(`fusewire: ${request}:`, error)),
  })
  // Whoever awaits it hears of it; nobody has to.
  session.closed.catch(() => undefined).finally(() => notifyPort.close())
  transport.start(session)
  try {
    const kernel = await session.initialised
    const { unmount } = made
    return {
      mountpoint: made.mountpoint,
      how: made.how,
      reason: made.reason,
      kernel,
      notify: session.notifier,
      notifyVia: { lane: notifyPort.via, reason: notifyPort.reason },
      stats: () => ({ ...session.stats(), reactor: { ...reactor.stats } }),
      closed: session.closed,
      unmount,
      [Symbol.asyncDispose]: () => unmount(),
    }
  } catch (error) {
    transport.close()
    await made.unmount({ mode: 'lazy' })
    throw error
  }
}
