import { UnsupportedError } from './base/errors.js'
import type { ControlStatus } from './control/server.js'
import { abortConnection } from './kernel/fusectl.js'
import { noGuardian, startGuardian, type Guardian, type GuardianStatus } from './kernel/guardian.js'
import { mountFuse, type FuseMount } from './kernel/mount-fuse.js'
import type { MountOptions as KernelMountOptions } from './kernel/options.js'
import type { UnmountOptions } from './kernel/unmount.js'
import type { Notifier } from './notify/notifier.js'
import type { NotifierOptions } from './notify/options.js'
import type { InitWishes } from './protocol/init-wishes.js'
import { answerInit } from './protocol/negotiate.js'
import { withoutNotifications, type Negotiated } from './protocol/negotiated.js'
import type { FileSystem } from './server/filesystem.js'
import { Session } from './server/session.js'
import type { SessionStats } from './server/session-options.js'
import type { Stall } from './server/stall.js'
import type { WatchdogOptions } from './server/watchdog.js'
import { loadFileSystem } from './load.js'
import { ChangesSetup, noChanges, type MountChanges } from './mount-changes.js'
import { control, type InFlightTable } from './mount-control.js'
import { mountedAs, printError, unmountOnSignals } from './mount-end.js'
import { mostDataBytes, settingsOf, traitsOf } from './settings.js'
import { Isolates } from './threads.js'
import { MessageTrace, type TraceListener, type TraceOptions } from './trace.js'
import { TracedNotifyPort } from './trace-notify.js'
import type { TraceEvent } from './trace-reader.js'
import { CpuKeeper } from './transport/device-cpu-keeper.js'
import { DeviceTransport } from './transport/device.js'
import type { LoopKind } from './transport/device-loops.js'
import { DeviceNotifyPort, type LaneKind } from './transport/device-notify.js'
import type { LoopStats } from './transport/device-source.js'
import { threadLoop } from './transport/thread-loop.js'
import { TracedTransport } from './transport/trace.js'

/** More threads than this are an error in the program rather than a wish. */
const MAX_THREADS = 256
const NO_NOTIFIER =
  'a filesystem in several threads cannot notify: none of them knows what the kernel has of the others'
const NO_CHANGES = 'mounted with changes: false, so nobody took note of what the kernel has'
const NO_TRACE = 'the messages of a mount with threads are in those threads: only a mount of one thread has a trace'

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
  /**
   * Whether it is kept which names the kernel has, for {@link Mount.changes}, {@link Mount.follow} and {@link Mount.watch}. It
   * costs some 150 bytes of memory for each node that the kernel has. Not with threads. @default true
   */
  readonly changes?: boolean
  /**
   * How many nodes the kernel may hold: when it holds more, it is asked to forget some that nobody uses, a part at a time (PRUNE,
   * since 7.45; without it this does nothing). Whoever uses them again asks for them again. Not with `changes: false`.
   * @default Infinity
   */
  readonly maxKnownNodes?: number
  /**
   * How requests are waited for. The `reactor` waits for the device and for libuv's event loop in one system call; `plain`
   * works on any event loop, takes a thread of libuv's pool to wait, and is slower. `auto` takes the reactor where it can
   * be had: in Node. @default 'auto'
   */
  readonly loop?: 'auto' | LoopKind
  /**
   * A thread that serves goes to the CPU of a client that waits for each answer, while that makes it faster: above all in
   * virtual machines most of what a request costs is to wake up another CPU. It stays within the CPUs that it is allowed.
   * @default true
   */
  readonly followClients?: boolean
  /**
   * While that helps, a CPU that would be idle is kept from sleeping, by a thread of the kernel's that has the lowest priority:
   * with an idle CPU at hand the scheduler would part server and client again. So a mount that is used one request after
   * another takes the time of two CPUs, as far as others leave it; one that nobody uses takes none. Needs io_uring, and is
   * left out where that is forbidden.
   * @default true
   */
  readonly keepCpuAwake?: boolean
  /**
   * How many worker threads serve the filesystem, which then must be given as the URL of its module; each makes one of its
   * own. 0 for none: this thread serves it. docs/transports.md tells what such a filesystem owes. @default 0
   */
  readonly threads?: number
  /** What a filesystem that is given as a module is made with; for threads it is copied, but for SharedArrayBuffers. */
  readonly data?: unknown
  /**
   * On these signals the mount is unmounted, lazily if files are open, and the process is not ended by them.
   * @default none
   */
  readonly unmountOn?: readonly NodeJS.Signals[]
  /**
   * Whether a small process watches this one, and takes the mount away within seconds after it has died: even if a notification
   * of its is blocked then, which would leave all users of the mount waiting for ever. See {@link Mount.guardian}.
   * @default true
   */
  readonly guardian?: boolean
  /**
   * Whether the owner of this process, and root, may ask from outside what the mount is doing, and send notifications through
   * it (`fusewire diagnose`, `fusewire notify`). {@link Mount.control} tells where. @default false
   */
  readonly control?: boolean
  /**
   * How long a request may be unanswered, or a notification wait in the kernel, before {@link onStall} is called, in ms; 0 for
   * never. Not with threads. @default 10000
   */
  readonly watchdogMs?: number
  /**
   * How long a notification may wait in the kernel before the connection is aborted, in ms: every request of every program
   * then fails, and the mount is dead. It is for servers that must not hang, whatever it costs. @default never
   */
  readonly watchdogAbortMs?: number
  /**
   * Something waits for longer than {@link watchdogMs}; called once for each request or notification.
   * @default a line on standard error
   */
  readonly onStall?: (stall: Stall) => void
  /** What to ask of the kernel. READDIRPLUS is asked for if the filesystem has it, unless you say otherwise. */
  readonly init?: InitWishes
  /**
   * A handler threw what is no errno (its caller got EIO), or a message was malformed. The mount goes on.
   * @default a line on standard error
   */
  readonly onError?: (error: unknown, request: string) => void
  /**
   * Is shown every message, INIT included, before it is handled. Called by the thread that serves: it must not block, nor
   * touch the mount. For one that may be slow, and later, there is {@link Mount.trace}. Not with threads.
   */
  readonly onMessage?: TraceListener
}

/** Counters of a mount, since its start. */
export interface MountStats extends SessionStats {
  /** Of the loop of this thread, which all that it serves have in common. */
  readonly loop: Readonly<LoopStats>
}

/** A filesystem that is mounted and answers. */
export interface Mount extends AsyncDisposable, MountChanges {
  /** The absolute path. */
  readonly mountpoint: string
  /** How it was mounted, and why so. */
  readonly how: FuseMount['how']
  readonly reason: string
  /** The number under which the kernel's control files know it; undefined if inherited, before Linux 6.16. */
  readonly connection: number | undefined
  /** What was negotiated with the kernel. */
  readonly kernel: Negotiated
  /** How requests are waited for, and why so; with threads, by the first of them. */
  readonly loop: { readonly kind: LoopKind; readonly reason: string }
  /** How many worker threads serve it; 0 if it is the thread that called {@link mount}. */
  readonly threads: number
  /** Tells the kernel what changed. @throws UnsupportedError with threads */
  readonly notify: Notifier
  /** How notifications that may wait are sent, and why so; `none` with threads. */
  readonly notifyVia: { readonly lane: 'io_uring' | 'threads' | 'none'; readonly reason: string }
  /** Who watches that nobody hangs when this process dies, or why nobody does. It stays up to date. */
  readonly guardian: GuardianStatus
  /** The socket on which it can be spoken to from outside, or why there is none. */
  readonly control: ControlStatus
  /** What waits at this moment: requests whose handlers are at work, and notifications. @throws UnsupportedError with threads */
  inFlight(this: void): InFlightTable
  /** Counters since the start. @throws UnsupportedError with threads */
  stats(this: void): MountStats
  /**
   * Resolves when it is unmounted, by whomever; rejects if somebody else aborted the connection, or a thread that served it
   * died. Handlers that were in flight then find their signals aborted, and their answers go nowhere.
   */
  readonly closed: Promise<void>
  /**
   * The messages that come and go from now on, until the loop over them is left or the mount ends. Costs nothing while
   * nobody reads. What its reader does not take in time is lost, and counted in the event that follows.
   * @throws UnsupportedError with threads
   */
  trace(this: void, options?: TraceOptions): AsyncIterableIterator<TraceEvent>
  /** Unmounts, and waits until it is gone. @throws MountError, such as ERR_UNMOUNT_BUSY while files are open */
  unmount(this: void, options?: UnmountOptions): Promise<void>
}

/**
 * Mounts `fs` at `mountpoint` and serves it: from this thread, or from worker threads, see {@link MountOptions.threads}. Do
 * not use the mount from a thread that serves it by calls that block (`readFileSync`): it would wait for itself for ever.
 *
 * @param fs the filesystem, or the URL of a module whose default export makes it: a function that gets
 *   {@link MountOptions.data} and returns a filesystem or a promise of one
 * @throws MountError for what the system refuses; UnsupportedError where there is no Linux, or what `init` or `loop`
 *   requires cannot be had; FuseWireError ERR_FILESYSTEM_MODULE or ERR_THREAD if the module makes no filesystem;
 *   TypeError or RangeError for threads that cannot be
 */
export async function mount(fs: FileSystem | URL, mountpoint: string, options: MountOptions = {}): Promise<Mount> {
  const { threads = 0, data, unmountOn = [] } = options
  if (!Number.isInteger(threads) || threads < 0 || threads > MAX_THREADS) {
    throw new RangeError(`threads is ${threads}; it must be a whole number from 0 to ${MAX_THREADS}`)
  }
  if (threads > 0 && !(fs instanceof URL)) {
    throw new TypeError(
      'threads need a filesystem that is given as the URL of its module: an object stays in its thread',
    )
  }
  if (threads > 0 && options.onMessage !== undefined) throw new UnsupportedError(NO_TRACE)
  const mounting =
    threads > 0
      ? mountWithThreads(fs as URL, mountpoint, options, threads)
      : mountHere(fs instanceof URL ? await loadFileSystem(fs, data) : fs, mountpoint, options)
  unmountOnSignals(mounting, unmountOn)
  const mounted = await mounting
  // Not copied: with threads some of its properties throw.
  return Object.assign(mounted, { control: await control(mounted, options.control ?? false) })
}

/** A {@link Mount} that nobody can speak to from outside yet. */
type Mounted = Omit<Mount, 'control'>

async function mountHere(fs: FileSystem, mountpoint: string, options: MountOptions): Promise<Mounted> {
  const { kind, reason, loop } = await threadLoop(options.loop)
  const { wanted, defaults, init } = settingsOf(traitsOf(fs), options)
  const made = await mountFuse(mountpoint, wanted).catch((error: unknown) => {
    loop.close()
    throw error
  })
  const guardian = watch(made, options)
  const keeper = keeperFor(options)
  const device = new DeviceTransport(made.fd, loop, {
    maxDataBytes: mostDataBytes(init),
    followClients: options.followClients,
    keeper,
  })
  const transport = new TracedTransport(device)
  const trace = new MessageTrace(transport)
  let notifyPort: DeviceNotifyPort | undefined
  const end = () => {
    notifyPort?.close()
    trace.end()
    loop.close()
    keeper?.[Symbol.dispose]()
  }
  try {
    notifyPort = new DeviceNotifyPort(device.fd, loop, options.notifyVia)
    const notifyVia = { lane: notifyPort.via, reason: notifyPort.reason }
    if (options.onMessage !== undefined) trace.listen(options.onMessage)
    const setup = options.changes === false ? undefined : new ChangesSetup(fs, options.maxKnownNodes ?? Infinity)
    const session = new Session(transport, fs, {
      defaults,
      init,
      notifyPort: new TracedNotifyPort(notifyPort, transport),
      notify: { allocate: withoutZeroes, ...options.notify },
      onError: options.onError ?? printError,
      observer: setup,
      watchdog: watchdogOf(made, options),
    })
    // Whoever awaits it hears of it; nobody has to.
    session.closed.catch(() => undefined).finally(end)
    transport.start(session)
    const kernel = await session.initialised
    trace.negotiated(kernel)
    const told = setup?.begin(session, kernel) ?? noChanges(NO_CHANGES)
    return {
      ...mountedAs(made, session.closed, guardian),
      kernel,
      loop: { kind, reason },
      threads: 0,
      notify: session.notifier,
      get changes() {
        return told.changes
      },
      follow: told.follow,
      watch: told.watch,
      notifyVia,
      inFlight: () => ({ requests: session.requestsInFlight(), notifications: session.notificationsWaiting() }),
      stats: () => ({ ...session.stats(), loop: { ...loop.stats } }),
      trace: (options) => trace.read(options),
    }
  } catch (error) {
    transport.close()
    guardian.stop()
    end()
    made.fd.close()
    // An inherited mount is its parent's to unmount, and one that ended before INIT may be gone already.
    await made.unmount({ mode: 'lazy' }).catch(() => undefined)
    throw error
  }
}

async function mountWithThreads(
  module: URL,
  mountpoint: string,
  options: MountOptions,
  threads: number,
): Promise<Mounted> {
  const isolates = new Isolates(module, threads, options.data, options.onError ?? printError)
  const keeper = keeperFor(options)
  isolates.closed.catch(() => undefined).finally(() => keeper?.[Symbol.dispose]())
  let made: FuseMount | undefined
  let guardian: Guardian | undefined
  try {
    const { wanted, defaults, init } = settingsOf(await isolates.loaded(), options)
    made = await mountFuse(mountpoint, wanted)
    guardian = watch(made, options)
    const { unmount } = made
    const { loop = 'auto', followClients = true } = options
    const order = { defaults, init, loop, followClients, keeper: keeper?.share(), notifyRefused: NO_NOTIFIER }
    const { initIn, kind, reason } = await isolates.serve(made.fd, order)
    // When threads have died there is a mount without a server, which nobody could use.
    const ended = isolates.closed.catch(async (error: unknown) => {
      await unmount({ mode: 'lazy' }).catch(() => undefined)
      throw error
    })
    const told = noChanges(NO_NOTIFIER)
    return {
      ...mountedAs(made, ended, guardian),
      kernel: withoutNotifications(answerInit(initIn, init).negotiated, NO_NOTIFIER),
      loop: { kind, reason },
      threads,
      get notify(): Notifier {
        throw new UnsupportedError(NO_NOTIFIER)
      },
      get changes() {
        return told.changes
      },
      follow: told.follow,
      watch: told.watch,
      notifyVia: { lane: 'none', reason: NO_NOTIFIER },
      inFlight() {
        throw new UnsupportedError('what is in flight is known to the threads that serve it')
      },
      stats() {
        throw new UnsupportedError('the counters of a mount are in the threads that serve it')
      },
      trace() {
        throw new UnsupportedError(NO_TRACE)
      },
    }
  } catch (error) {
    await isolates.end()
    guardian?.stop()
    await made?.unmount({ mode: 'lazy' }).catch(() => undefined)
    throw error
  }
}

function keeperFor({ followClients = true, keepCpuAwake = true }: MountOptions): CpuKeeper | undefined {
  return followClients && keepCpuAwake ? new CpuKeeper() : undefined
}

function watch({ connection, how }: FuseMount, { guardian = true }: MountOptions): Guardian {
  if (!guardian) return noGuardian('it was not wanted')
  return startGuardian({ connection, unmounts: how !== 'inherited' })
}

function watchdogOf({ connection, mountpoint }: FuseMount, options: MountOptions): WatchdogOptions | undefined {
  const { watchdogMs = 10_000, watchdogAbortMs, onStall } = options
  if (watchdogMs === 0 && watchdogAbortMs === undefined) return undefined
  return {
    afterMs: watchdogMs === 0 ? Infinity : watchdogMs,
    onStall: onStall ?? (({ message }) => console.error(`fusewire: ${mountpoint}: ${message}`)),
    abortAfterMs: watchdogAbortMs,
    abort({ message }) {
      console.error(`fusewire: ${mountpoint}: aborted: ${message}`)
      if (connection !== undefined) abortConnection(connection)
    },
  }
}

/** For what is filled right away. Not from Node's pool, whose small pieces would share one buffer. */
function withoutZeroes(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer)
}
