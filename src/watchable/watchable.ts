import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.js'
import { FuseWireError } from '../base/errors.js'
import { Replay, type ReplayPlace } from '../server/replay.js'
import type { WatchableCounts } from './counts.js'
import { EventQueue, type ReplayEvent } from './events.js'
import { Helper } from './helper.js'
import { Repetitions, type RepetitionsContext } from './repetitions.js'

/** What {@link Watchable} works with. */
export interface WatchableContext extends RepetitionsContext {
  /** Makes the kernel ask for a name again; resolves when it will. */
  readonly drop: (place: ReplayPlace) => Promise<unknown>
  readonly clock: Clock
  /** There will be no events any more, though nobody wanted that. */
  readonly onFail: (error: Error) => void
}

/** Whether those who watch the mount by inotify hear of changes at the source. It stays up to date. */
export interface WatchableStatus {
  readonly state: 'starting' | 'on' | 'off'
  /** Of the helper's process; undefined if it is off. */
  readonly pid: number | undefined
  /** Why, in a few words. */
  readonly reason: string
}

/** So many events may wait; more are dropped. */
const MAX_QUEUED = 8192
/** So many are sent in one second at most. */
const MAX_PER_SECOND = 2000

/** For how long an unmount waits for the helper, in ms. */
const PATIENCE_MS = 1000
/** How often one is tried again because the kernel has just learnt that the name does not exist. */
const MAX_TRIES = 5

/**
 * Lets the kernel tell watchers what happened at the source: a helper does it once more, through the mount, one event after the
 * other, and {@link Replay} answers that it is done.
 */
export class Watchable {
  readonly replay: Replay
  readonly status: { state: 'starting' | 'on' | 'off'; pid: number | undefined; reason: string }
  private readonly context: WatchableContext
  private readonly password = `.fusewire-${randomBytes(16).toString('hex')}`
  private readonly repetitions: Repetitions
  private readonly queue = new EventQueue(MAX_QUEUED)
  private readonly counts = { replayed: 0, skipped: 0, failed: 0 }
  private helper: Helper | undefined
  /** What it is doing now; resolves in any case. */
  private work: Promise<void> | undefined
  /** How many want that nothing of the mount is in use. */
  private quiet = 0
  private isSlowed = false
  private pace = { sinceMs: 0, sent: 0 }

  constructor(context: WatchableContext) {
    this.context = context
    this.status = { state: 'starting', pid: undefined, reason: 'the helper is being started' }
    this.repetitions = new Repetitions(context)
    const isHeld = (place: ReplayPlace) => this.repetitions.heldAt(place) !== undefined
    this.replay = new Replay({ fs: context.fs, password: this.password, isHeld })
  }

  /** The mount answers: starts the helper. What is told before it is there waits. */
  start(mountpoint: string): void {
    try {
      this.helper = new Helper({ mountpoint, password: this.password, onExit: (reason) => this.fail(reason) })
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error))
      return
    }
    this.work = this.greet(this.helper)
  }

  stats(): WatchableCounts {
    const { merged, dropped, size } = this.queue
    return { ...this.counts, merged, dropped, queued: size + (this.work === undefined ? 0 : 1) }
  }

  /** The kernel has been told of this, so that who hears of the event finds things as they are. */
  push(event: ReplayEvent): void {
    if (this.status.state === 'off') return
    this.queue.push(event)
    this.pump()
  }

  /** Runs `work`, such as an unmount, while nothing of the mount is in use here. */
  async quietly<T>(work: () => Promise<T>): Promise<T> {
    this.quiet += 1
    try {
      // Whatever it is doing: who hangs there hangs for another reason.
      await Promise.race([this.work, new Promise<void>((resolve) => this.context.clock.after(PATIENCE_MS, resolve))])
      return await work()
    } finally {
      this.quiet -= 1
      this.pump()
    }
  }

  /** The mount has ended. */
  end(): void {
    this.off('the mount has ended')
    this.helper?.end()
  }

  private async greet(helper: Helper): Promise<void> {
    try {
      await helper.run({ do: 'greet' })
      if (this.replay.pid === undefined) this.fail('requests do not say who sends them: another pid namespace')
      else Object.assign(this.status, { state: 'on', pid: helper.pid, reason: 'a process of its own repeats changes' })
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error))
    }
    this.work = undefined
    this.pump()
  }

  private pump(): void {
    const { helper } = this
    if (this.status.state !== 'on' || helper === undefined || this.work !== undefined || this.quiet > 0) return
    if (this.queue.size === 0 || this.isTooFast()) return
    const event = this.queue.shift((each) => this.repetitions.mayGo(each, this.queue.directoryMoves()))!
    this.work = this.repeat(event, helper)
  }

  /** Whether as many were sent as may be in one second; then they go on in the next. */
  private isTooFast(): boolean {
    const { clock } = this.context
    const now = clock.now()
    if (now - this.pace.sinceMs >= 1000) this.pace = { sinceMs: now, sent: 0 }
    if (this.pace.sent < MAX_PER_SECOND) {
      this.pace.sent += 1
      return false
    }
    if (!this.isSlowed) {
      this.isSlowed = true
      clock.after(this.pace.sinceMs + 1000 - now, () => {
        this.isSlowed = false
        this.pump()
      })
    }
    return true
  }

  private async repeat(event: ReplayEvent, helper: Helper): Promise<void> {
    await this.tryToRepeat(event, helper)
    this.work = undefined
    this.pump()
  }

  private async tryToRepeat(event: ReplayEvent, helper: Helper): Promise<void> {
    const { replay, counts } = this
    const plan = await this.repetitions.of(event)
    if (plan === undefined) {
      counts.skipped += 1
      return
    }
    try {
      let isDone = false
      // Somebody may look for the name right after the kernel was made to ask for it.
      for (let tries = 0; !isDone && (tries === 0 || (tries < MAX_TRIES && this.isMissing(event))); tries += 1) {
        await this.makeAsk(event)
        replay.begin(plan.replayed)
        isDone = await helper.run(plan.task)
      }
      if (isDone) counts.replayed += 1
      else counts.skipped += 1
    } catch {
      if (replay.wasHeld) counts.skipped += 1
      else counts.failed += 1
    }
    replay.end()
  }

  /** What the kernel knows not to exist it would not ask for, and so not take away or move. */
  private async makeAsk(event: ReplayEvent): Promise<void> {
    if (this.isMissing(event) && 'at' in event) await this.context.drop(event.at)
  }

  private isMissing(event: ReplayEvent): boolean {
    if (event.is !== 'delete' && event.is !== 'move') return false
    return this.context.names.get(event.at.parent, event.at.name) === 0
  }

  private fail(reason: string): void {
    if (this.status.state === 'off') return
    this.off(reason)
    this.context.onFail(new FuseWireError('ERR_WATCHABLE', `watchers hear of nothing any more: ${reason}`))
  }

  private off(reason: string): void {
    // What has its number from now on is somebody else.
    this.replay.pid = undefined
    this.queue.clear()
    if (this.status.state !== 'off') Object.assign(this.status, { state: 'off', pid: undefined, reason })
  }
}
