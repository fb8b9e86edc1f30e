import { fork, type ChildProcess } from 'node:child_process'
import { FuseWireError } from '../base/errors.js'
import type { HelperAnswer, HelperOrder, HelperTask } from './helper-messages.js'

/** Where the helper looks, and how it shows who it is. */
export interface HelperOptions {
  readonly mountpoint: string
  readonly password: string
  /** It has ended before {@link Helper.end}; requests that seem to be its are somebody else's from now on. */
  readonly onExit: (reason: string) => void
}

/**
 * The process that does through the mount what happened at the source, seen from the server. It keeps no server alive, and
 * does not outlive it.
 */
export class Helper {
  private readonly options: HelperOptions
  private readonly child: ChildProcess
  private answered: ((answer: HelperAnswer) => void) | undefined
  private failed: ((error: Error) => void) | undefined
  private isOver = false

  constructor(options: HelperOptions) {
    this.options = options
    this.child = fork(new URL('helper-process.js', import.meta.url), [], {
      // Nobody's current directory stays in use, and nothing that is asked of the server's Node is meant for the helper.
      cwd: '/',
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.child.on('message', (answer: HelperAnswer) => this.answered?.(answer))
    this.child.on('error', (error) => this.ended(error.message))
    this.child.on('exit', (code, signal) => this.ended(`it has ended (${signal ?? `status ${code}`})`))
    this.child.unref()
    this.child.channel?.unref()
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  /**
   * One at a time. Takes as long as somebody holds the locks that the call needs.
   * @returns false if what it is about is not there
   * @throws FuseWireError ERR_WATCHABLE: it could not be done, or the helper has ended
   */
  async run(task: HelperTask): Promise<boolean> {
    const { mountpoint, password } = this.options
    const { problem, isGone } = await new Promise<HelperAnswer>((resolve, reject) => {
      this.answered = resolve
      this.failed = reject
      if (this.isOver) return this.fail('it has ended')
      const order: HelperOrder = { task, mountpoint, password }
      this.child.send(order, (error) => {
        if (error !== null) this.fail(error.message)
      })
    })
    if (problem !== undefined && !isGone) throw new FuseWireError('ERR_WATCHABLE', problem)
    return problem === undefined
  }

  /** Ends it at once, whatever it is doing. */
  end(): void {
    this.isOver = true
    this.child.kill('SIGKILL')
    this.fail('the mount has ended')
  }

  private ended(reason: string): void {
    this.fail(reason)
    if (this.isOver) return
    this.isOver = true
    this.options.onExit(reason)
  }

  private fail(reason: string): void {
    this.failed?.(new FuseWireError('ERR_WATCHABLE', `the helper: ${reason}`))
  }
}
