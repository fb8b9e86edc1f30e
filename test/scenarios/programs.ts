import { fork } from 'node:child_process'
import { Remote } from './rpc.js'

/** The programs that use a mount point, by name. Each is a process that goes on to the next scenario. */
export class Programs {
  private readonly mountpoint: string
  private readonly known = new Map<string, Remote>()

  constructor(mountpoint: string) {
    this.mountpoint = mountpoint
  }

  get(name: string): Remote {
    let program = this.known.get(name)
    if (program === undefined) {
      program = new Remote(fork(new URL('kernel-actor.js', import.meta.url), [this.mountpoint]))
      this.known.set(name, program)
    }
    return program
  }

  /** Resolves once all of these run: a process takes its time to start. */
  async start(names: Iterable<string>): Promise<void> {
    await Promise.all([...names].map((name) => this.get(name).ask('ready')))
  }

  /** They close what they have open. */
  async reset(): Promise<void> {
    await Promise.all([...this.known.values()].map((program) => program.ask('reset')))
  }

  /** Ends them all; those that are needed again are started again. */
  kill(): void {
    for (const { process } of this.known.values()) process.kill('SIGKILL')
    this.known.clear()
  }
}
