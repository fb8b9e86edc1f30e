import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PosixError, type Posix } from '../../helpers/posix.js'
import type { Credentials } from './credentials.js'

type CallName = keyof Posix

export interface AgentRequest {
  readonly name: CallName | 'reset'
  readonly args: readonly unknown[]
}

export interface AgentReply {
  readonly result?: unknown
  readonly call?: string
  readonly errno?: number
  readonly failure?: string
}

const PROGRAM = fileURLToPath(new URL('agent.js', import.meta.url))

/** A handle on a process that makes system calls on behalf of a check; see agent.ts. */
export class Agent {
  readonly #process: ChildProcess
  readonly #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []

  private constructor(credentials: Credentials | null) {
    this.#process = fork(PROGRAM, [JSON.stringify(credentials)], { serialization: 'advanced', execArgv: [] })
    this.#process.on('message', (reply: AgentReply) => this.#settle(reply))
    this.#process.on('exit', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the second process ended'))
    })
  }

  static async start(credentials: Credentials | null): Promise<Agent> {
    const agent = new Agent(credentials)
    // The process says hello when it is ready.
    await agent.#reply()
    return agent
  }

  /** True while a call has not returned. */
  get busy(): boolean {
    return this.#waiting.length > 0
  }

  /** True once the process is gone. */
  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** Sends it SIGUSR2, which interrupts a system call that waits, and does nothing else. */
  interrupt(): void {
    this.#process.kill('SIGUSR2')
  }

  /** Makes one system call there. Calls are made in order; a blocked one holds up those after it. */
  async call<N extends CallName>(name: N, ...args: Parameters<Posix[N]>): Promise<ReturnType<Posix[N]>> {
    return (await this.#send({ name, args })) as ReturnType<Posix[N]>
  }

  /** Closes what it opened and restores the umask, for the next check. */
  async reset(): Promise<void> {
    await this.#send({ name: 'reset', args: [] })
  }

  /** Ends the process, blocked or not, and waits until it is gone and its locks with it. */
  async kill(): Promise<void> {
    if (this.ended) return
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await gone
  }

  async #send(request: AgentRequest): Promise<unknown> {
    this.#process.send(request)
    return this.#reply()
  }

  async #reply(): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  #settle(reply: AgentReply): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) return
    if (reply.errno !== undefined) waiting.reject(new PosixError(reply.call ?? '', reply.errno))
    else if (reply.failure !== undefined) waiting.reject(new Error(reply.failure))
    else waiting.resolve(reply.result)
  }
}
