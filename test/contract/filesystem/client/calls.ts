import { MessageChannel, receiveMessageOnPort, type MessagePort, Worker } from 'node:worker_threads'
import { PosixError, posix, type Posix } from '../../../helpers/posix.js'
import type { Credentials } from '../credentials.js'
import type { Agent } from '../agent-client.js'
import type { Seat } from './thread.js'

/* System calls of this process and of second ones, on the client instead of the kernel. */

/** A call, as it is sent. */
export interface Ask {
  readonly name: string
  readonly args: readonly unknown[]
}

/** What became of it. */
export interface Answer {
  readonly result?: unknown
  readonly errno?: number
  readonly failure?: string
}

/** Makes every call of `posix` one on a client of a new memory filesystem. Answers how to start second processes. */
export function callClient(): (who: Credentials | null) => Promise<Agent> {
  const self: Credentials = {
    uid: process.getuid!(),
    gid: process.getgid!(),
    groups: process.getgroups!().filter((group) => group !== process.getgid!()),
  }
  const flag = new Int32Array(new SharedArrayBuffer(4))
  const { port1: port, port2 } = new MessageChannel()
  const seat: Seat = { port: port2, who: self, flag }
  const thread = new Worker(new URL('thread.js', import.meta.url), { workerData: seat, transferList: [port2] })
  // It ends with this process.
  thread.unref()
  const call = (name: string, args: readonly unknown[]): unknown => {
    Atomics.store(flag, 0, 0)
    port.postMessage({ name, args } satisfies Ask)
    // The call before may wake it once more.
    while (Atomics.load(flag, 0) === 0) Atomics.wait(flag, 0, 0)
    const received = receiveMessageOnPort(port) as { message: Answer }
    return resultOf(name, received.message)
  }
  for (const name of Object.keys(posix) as (keyof Posix)[]) {
    if (name === 'makeDevice') continue
    const replaced = name === 'preadInto' ? into : (...args: unknown[]) => call(name, args)
    Object.assign(posix, { [name]: replaced })
  }
  port.unref()
  return async (who) => new ClientAgent(port, who ?? self) as unknown as Agent

  function into(fd: number, out: Buffer, offset: number): number {
    return (call('pread', [fd, out.length, offset]) as Buffer).copy(out)
  }
}

/** As {@link Agent}: another process, whose calls this one does not wait for. */
class ClientAgent {
  #isOver = false
  readonly #port: MessagePort
  readonly #waiting: { readonly name: string; resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []

  constructor(thread: MessagePort, who: Credentials) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (answer: Answer) => this.#settle(answer))
    thread.postMessage({ port: port2, who, flag: undefined } satisfies Seat, [port2])
  }

  get busy(): boolean {
    return this.#waiting.length > 0
  }

  get ended(): boolean {
    return this.#isOver
  }

  interrupt(): void {
    this.#port.postMessage({ name: 'interrupt', args: [] } satisfies Ask)
  }

  async call(name: string, ...args: unknown[]): Promise<unknown> {
    this.#port.postMessage({ name, args } satisfies Ask)
    return new Promise((resolve, reject) => this.#waiting.push({ name, resolve, reject }))
  }

  async reset(): Promise<void> {
    await this.call('reset')
  }

  async kill(): Promise<void> {
    this.interrupt()
    await this.call('exit')
    this.#isOver = true
    this.#port.close()
  }

  #settle(answer: Answer): void {
    const { name, resolve, reject } = this.#waiting.shift()!
    try {
      resolve(resultOf(name, answer))
    } catch (error) {
      reject(error as Error)
    }
  }
}

function resultOf(name: string, { result, errno, failure }: Answer): unknown {
  if (errno !== undefined) throw new PosixError(name, errno)
  if (failure !== undefined) throw new Error(failure)
  return revived(result)
}

/** Bytes come as Buffers, as those of the real calls. */
function revived(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return value.map(revived)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revived(one)]))
}
