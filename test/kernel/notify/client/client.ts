import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PosixError } from '../../../helpers/posix.js'
import type { Calls } from './calls.js'
import type { Order, Reply } from './program.js'

const PROGRAM = fileURLToPath(new URL('program.js', import.meta.url))

/** A handle on a process that uses the mount; see program.ts. */
export class Client {
  readonly process: ChildProcess
  private readonly waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []

  private constructor() {
    this.process = fork(PROGRAM, [], { serialization: 'advanced', execArgv: [] })
    this.process.on('message', (reply: Reply) => this.settle(reply))
    this.process.on('exit', () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('the client has ended'))
    })
  }

  static async start(): Promise<Client> {
    const client = new Client()
    await client.reply()
    return client
  }

  /** Makes one call there. Calls are made in order; one that blocks holds up those after it. */
  call<N extends keyof Calls>(name: N, ...args: Parameters<Calls[N]>): Promise<ReturnType<Calls[N]>> {
    this.process.send({ name, args } satisfies Order)
    const reply = this.reply() as Promise<ReturnType<Calls[N]>>
    // Whoever awaits it hears of it; when a test fails, nobody does.
    reply.catch(() => undefined)
    return reply
  }

  private reply(): Promise<unknown> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }))
  }

  private settle({ result, call, errno, failure }: Reply): void {
    const waiting = this.waiting.shift()
    if (errno !== undefined) waiting?.reject(new PosixError(call ?? '', errno))
    else if (failure !== undefined) waiting?.reject(new Error(failure))
    else waiting?.resolve(result)
  }
}
