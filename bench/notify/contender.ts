import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

const LIMIT_MS = 10_000

/** A server that sends notifications on demand: native/notifier.c, or server.ts. */
export class Contender {
  readonly child: ChildProcess
  private readonly lines: AsyncIterator<string>

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]()
  }

  /** Sends `count` notifications of a kind. Resolves with how long it took, and how many were taken. */
  async run(kind: string, count: number): Promise<{ ns: number; taken: number }> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), LIMIT_MS)
    this.child.stdin!.write(`${kind} ${count}\n`)
    const line: IteratorResult<string, unknown> = await this.lines.next()
    clearTimeout(timer)
    if (line.done === true) {
      const server = this.child.spawnargs.join(' ')
      throw new Error(`${server} ended, or took more than ${LIMIT_MS / 1000} s, for ${count} ${kind}`)
    }
    const [ns = 0, taken = 0] = line.value.split(' ').map(Number)
    return { ns, taken }
  }
}
