import { SYSTEM_CLOCK } from '../base/clock.js'
import { FuseWireError } from '../base/errors.js'
import type { Notifier } from '../notify/notifier.js'
import type { NotifyPort } from '../notify/port.js'
import type { WaitingNotification } from '../notify/waiting.js'
import type { InitWishes } from '../protocol/init-wishes.js'
import { PAGE_SIZE } from '../protocol/limits.js'
import { DEFAULT_MAX_WRITE } from '../protocol/negotiate.js'
import type { Negotiated } from '../protocol/negotiated.js'
import type { FileSystem } from '../server/filesystem.js'
import type { RequestInFlight } from '../server/inflight.js'
import { Session } from '../server/session.js'
import type { SessionStats } from '../server/session-options.js'
import { settingsOf, traitsOf } from '../settings.js'
import { MessageTrace, type TraceOptions } from '../trace.js'
import { TracedNotifyPort } from '../trace-notify.js'
import type { TraceEvent } from '../trace-reader.js'
import { MemoryEnd } from '../transport/memory.js'
import { MemoryNotifyPort } from '../transport/memory-notify.js'
import { TracedTransport } from '../transport/trace.js'
import type { Transport } from '../transport/transport.js'
import type { ServeOptions } from './options.js'

/** What a message has besides its data at most: headers, and a name of the longest kind. */
const HEAD_ROOM = 8192

/** A filesystem that answers one client. */
export interface Served extends AsyncDisposable {
  /** What was negotiated. Rejects if that failed, or if the client left before. */
  readonly ready: Promise<Negotiated>
  /** Tells the client what changed. @throws FuseWireError ERR_NOT_INITIALISED before {@link ready} */
  readonly notify: Notifier
  /**
   * Resolves when the client has left, or was cut off by {@link close}; rejects with the reason if it was cut off because of
   * what it sent, or did not take.
   */
  readonly closed: Promise<void>
  /** What waits now: requests whose handlers are at work, and notifications that were not sent yet. */
  inFlight(this: void): { readonly requests: RequestInFlight[]; readonly notifications: WaitingNotification[] }
  /** Counters since the start. */
  stats(this: void): SessionStats
  /**
   * The messages that come and go from now on, until the loop over them is left or the client leaves; those that its reader
   * does not take in time are lost, and counted.
   */
  trace(this: void, options?: TraceOptions): AsyncIterableIterator<TraceEvent>
  /** Cuts the client off: its requests fail. Resolves when the filesystem has let go of what it had for it. */
  close(this: void): Promise<void>
}

/** Serves `fs` to the client at the other end of `transport`. @param isShared other clients have the same filesystem */
export function serveTransport(fs: FileSystem, transport: Transport, options: ServeOptions, isShared: boolean): Served {
  const { defaults, init } = settingsOf(traitsOf(fs), options)
  const maxWrite = mostWritten(transport, init)
  const traced = new TracedTransport(transport)
  const trace = new MessageTrace(traced)
  if (options.onMessage !== undefined) trace.listen(options.onMessage)
  let reason: Error | undefined
  const cutOff = (error: unknown) => {
    reason ??= error instanceof Error ? error : new Error(String(error))
    transport.close()
  }
  const session = new Session(traced, fs, {
    defaults,
    init: { ...init, maxWrite },
    isShared,
    notifyPort: notifyPortOf(transport, traced),
    notify: options.notify,
    maxInFlight: options.maxInFlight ?? 4096,
    onError: options.onError ?? printError,
    onMalformed: cutOff,
    watchdog: watchdogOf(options),
  })
  const closed = endOf(session, () => reason)
  const stopWaiting = limitInit(options.initTimeoutMs ?? 10_000, cutOff)
  session.initialised.then(trace.negotiated.bind(trace), () => transport.close()).finally(stopWaiting)
  // Whoever awaits it hears of it; nobody has to.
  closed.catch(() => undefined).finally(() => trace.end())
  traced.start(session)
  const close = async () => {
    transport.close()
    await closed.catch(() => undefined)
  }
  return {
    ready: session.initialised,
    get notify() {
      return session.notifier
    },
    closed,
    inFlight: () => ({ requests: session.requestsInFlight(), notifications: session.notificationsWaiting() }),
    stats: () => session.stats(),
    trace: (wanted) => trace.read(wanted),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function endOf(session: Session, reason: () => Error | undefined): Promise<void> {
  await session.closed
  const error = reason()
  if (error !== undefined) throw error
}

/** The most bytes of one WRITE: as many as a message of the transport has room for, unless fewer are wanted. */
function mostWritten(transport: Transport, { maxWrite }: InitWishes): number {
  const message = transport.borrow()
  const room = Math.floor((message.bytes.length - HEAD_ROOM) / PAGE_SIZE) * PAGE_SIZE
  transport.release(message)
  if (maxWrite === undefined || maxWrite <= room) return maxWrite ?? Math.min(room, DEFAULT_MAX_WRITE)
  throw new RangeError(
    `maxWrite is ${maxWrite}; the transport has room for ${room}: make it with a larger maxDataBytes`,
  )
}

/** Over a pair the client says what became of a notification; over others all that is known is that it was sent. */
function notifyPortOf(transport: Transport, traced: TracedTransport): NotifyPort | undefined {
  return transport instanceof MemoryEnd ? new TracedNotifyPort(new MemoryNotifyPort(transport), traced) : undefined
}

function limitInit(ms: number, cutOff: (error: Error) => void): () => void {
  // Longer than a timer can be set to.
  if (ms >= 2 ** 31) return () => undefined
  const problem = `no INIT within ${ms / 1000} s: whoever connected does not speak the protocol`
  return SYSTEM_CLOCK.after(ms, () => cutOff(new FuseWireError('ERR_NOT_INITIALISED', problem)))
}

function watchdogOf({ watchdogMs = 10_000, onStall }: ServeOptions) {
  if (watchdogMs === 0) return undefined
  return { afterMs: watchdogMs, onStall: onStall ?? (({ message }) => console.error(`fusewire: ${message}`)) }
}

export function printError(error: unknown, request: string): void {
  console.error(`fusewire: ${request}:`, error)
}
