import { Worker } from 'node:worker_threads'
import { FuseWireError } from './base/errors.js'
import type { Unique } from './base/ids.js'
import type { IsolateData, IsolateOrder, IsolateReport, ServeOrder } from './isolate-messages.js'
import { text } from './load.js'
import type { Traits } from './settings.js'
import type { Fd } from './sys/fd.js'

/** How long an isolate whose device has ended may take to finish what it is doing. */
const GRACE_MS = 1000

type Serving = Extract<IsolateReport, { is: 'serving' }>

/** One isolate, as the thread that mounts sees it. Owns its descriptor of the device, and closes it once it has exited. */
export class Isolate {
  readonly name: string
  /** Resolves once its filesystem is there. */
  readonly loaded: Promise<Traits>
  /** Resolves when the thread has exited after its device ended, or after {@link end}; rejects if it did so otherwise. */
  readonly exited: Promise<void>
  private readonly worker: Worker
  private readonly heard: (from: Isolate, report: IsolateReport) => void
  private device: Fd | undefined
  private mayExit = false
  private isRetired = false
  private whenLoaded: (traits: Traits) => void = () => undefined
  private whenServing: (serving: Serving) => void = () => undefined

  constructor(name: string, workerData: IsolateData, heard: (from: Isolate, report: IsolateReport) => void) {
    this.name = name
    this.heard = heard
    this.worker = new Worker(new URL('./isolate.js', import.meta.url), { workerData, name })
    this.loaded = new Promise((resolve) => (this.whenLoaded = resolve))
    this.worker.on('message', (report: IsolateReport) => this.receive(report))
    this.exited = this.watch()
  }

  /** Lets it serve `device`; resolves when it does. Whether it fails is told by {@link exited}, and by what is heard. */
  serve(device: Fd, order: Omit<ServeOrder, 'device'>): Promise<Serving> {
    this.device = device
    this.tell({ ...order, device: device.number })
    return new Promise((resolve) => (this.whenServing = resolve))
  }

  interrupt(unique: Unique): void {
    this.tell({ do: 'interrupt', unique })
  }

  /** Ends it at once, and waits until it has gone. */
  async end(): Promise<void> {
    this.mayExit = true
    await this.worker.terminate()
    await this.exited.catch(() => undefined)
  }

  /** The connection is over: it is to end by itself, or is ended if it does not in time. */
  retire(): void {
    if (this.isRetired) return
    this.isRetired = this.mayExit = true
    // Its filesystem may be in the middle of something, or keep it alive with a timer.
    setTimeout(() => void this.worker.terminate(), GRACE_MS).unref()
  }

  private tell(order: IsolateOrder): void {
    this.worker.postMessage(order)
  }

  private receive(report: IsolateReport): void {
    switch (report.is) {
      case 'loaded':
        return this.whenLoaded(report.traits)
      case 'serving':
        return this.whenServing(report)
      default:
        this.heard(this, report)
    }
  }

  private watch(): Promise<void> {
    return new Promise((resolve, reject) => {
      let thrown: unknown
      this.worker.on('error', (error) => (thrown = error))
      this.worker.on('exit', (code) => {
        this.device?.close()
        if (this.mayExit) return resolve()
        const how = thrown === undefined ? `exited with code ${code}` : `died: ${text(thrown)}`
        reject(new FuseWireError('ERR_THREAD', `${this.name} ${how}; the mount has ended`, { cause: thrown }))
      })
    })
  }
}
