import { FuseWireError, UnsupportedError } from './base/errors.js'
import type { Unique } from './base/ids.js'
import { Isolate } from './isolate-thread.js'
import type { IsolateReport, SentError, ServeOrder } from './isolate-messages.js'
import type { InitIn } from './protocol/negotiated.js'
import type { Traits } from './settings.js'
import { O } from './sys/constants.js'
import { cloneFuseDevice } from './sys/control.js'
import { Fd } from './sys/fd.js'
import { open } from './sys/open.js'
import type { LoopKind } from './transport/device-loops.js'

/** How the isolates serve. */
export interface Served {
  /** What INIT offered. */
  readonly initIn: InitIn
  readonly kind: LoopKind
  readonly reason: string
}

/**
 * The worker threads that serve one mount, each with an isolate, a filesystem and a descriptor of the device of its own.
 * Whichever of them reads a request answers it. When one of them dies, all are ended, and with them the connection.
 */
export class Isolates {
  /** Resolves when all have ended; rejects if one ended otherwise than by the end of the mount. */
  readonly closed: Promise<void>
  private readonly isolates: readonly Isolate[]
  private readonly onFault: (error: unknown, request: string) => void
  private failure: Error | undefined

  /** @param onFault a handler threw what is no errno, or a message was malformed */
  constructor(module: URL, count: number, data: unknown, onFault: (error: unknown, request: string) => void) {
    this.onFault = onFault
    this.isolates = Array.from({ length: count }, (_, index) => {
      return new Isolate(`thread ${index + 1} of ${count}`, { module: module.href, data }, (isolate, report) =>
        this.heard(isolate, report),
      )
    })
    for (const isolate of this.isolates) void this.watch(isolate)
    this.closed = this.whenClosed()
    this.closed.catch(() => undefined)
  }

  /** What the filesystem of the first says of itself, once all are loaded. @throws FuseWireError why one is not */
  async loaded(): Promise<Traits> {
    const all = await this.orFailure(Promise.all(this.isolates.map((isolate) => isolate.loaded)))
    return all[0]!
  }

  /**
   * Lets all of them serve: the first answers INIT, and its outcome is given to the others.
   *
   * @param device theirs from now on
   * @throws FuseWireError, UnsupportedError why INIT was refused
   */
  async serve(device: Fd, order: Omit<ServeOrder, 'do' | 'device' | 'initIn'>): Promise<Served> {
    const [first, ...others] = this.isolates
    const served = await this.orFailure(first!.serve(device, { ...order, do: 'serve', initIn: undefined }))
    const initIn = served.initIn!
    const clones = others.map((isolate) => {
      const clone = new Fd(open('/dev/fuse', O.RDWR | O.NONBLOCK), 'the FUSE device')
      cloneFuseDevice(clone.number, device.number)
      return isolate.serve(clone, { ...order, do: 'serve', initIn })
    })
    await this.orFailure(Promise.all(clones))
    return { initIn, kind: served.kind, reason: served.reason }
  }

  /** Ends all at once, whatever they are doing, and waits until they have gone. With the last device the connection ends. */
  async end(reason?: Error): Promise<void> {
    this.failure ??= reason
    await Promise.all(this.isolates.map((isolate) => isolate.end()))
  }

  /** One that exits before its time ends all. */
  private async watch(isolate: Isolate): Promise<void> {
    try {
      await isolate.exited
    } catch (error) {
      await this.end(error as Error)
    }
  }

  private heard(from: Isolate, report: IsolateReport): void {
    switch (report.is) {
      case 'interrupt':
        this.interrupt(from, report.unique)
        break
      case 'fault':
        this.onFault(report.sent.error, report.request)
        break
      case 'unable':
        void this.end(received(report.sent, from.name))
        break
      case 'ended':
        if (report.sent !== undefined) this.failure ??= received(report.sent, from.name)
        for (const isolate of this.isolates) isolate.retire()
        break
      default:
    }
  }

  private interrupt(from: Isolate, unique: Unique): void {
    for (const isolate of this.isolates) if (isolate !== from) isolate.interrupt(unique)
  }

  private async whenClosed(): Promise<void> {
    await Promise.allSettled(this.isolates.map((isolate) => isolate.exited))
    if (this.failure !== undefined) throw this.failure
  }

  /** What `promise` resolves with, or why that will not be. */
  private async orFailure<T>(promise: Promise<T>): Promise<T> {
    const closed = this.closed.then((): never => {
      throw new FuseWireError('ERR_THREAD', 'the mount ended before all threads served it')
    })
    return Promise.race([promise, closed])
  }
}

/** An error of another thread, as one of this: of the same code, with what came of it as the cause. */
function received({ error, code }: SentError, name: string): Error {
  const message = error instanceof Error ? error.message : String(error)
  if (code === 'ERR_UNSUPPORTED') return new UnsupportedError(message, { cause: error })
  return new FuseWireError(code ?? 'ERR_THREAD', code === undefined ? `${name}: ${message}` : message, { cause: error })
}
