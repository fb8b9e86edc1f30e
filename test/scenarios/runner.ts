import { describe, type Observed, type Operation, type Outcome, type Scenario, type Step } from './language.js'
import type { ServerSide } from './server-side.js'

/** Something that was begun, and may have to wait. */
export interface Task {
  /** The program that does it; undefined for a notification. */
  readonly program: string | undefined
  readonly name: string
  /** What came of it; undefined while it goes on. */
  result: string | undefined
  /** Resolves when it is over. */
  readonly over: Promise<void>
  /** Somebody joins it: nobody else is told. */
  readonly isJoined: boolean
}

/** Where a scenario runs: on a mount of Linux, or on the client. */
export interface Stage {
  readonly side: ServerSide
  perform(program: string, operation: Operation): Promise<string>
  /** Resolves once all that can go on went on: what is left of `going` waits for what is held. */
  settle(going: () => readonly Task[]): Promise<void>
  pause(ms: number): Promise<void>
}

const MAIN = 'main'

/** Plays a scenario, step by step. */
export async function play(scenario: Scenario, stage: Stage): Promise<Outcome> {
  const playing = new Play(stage)
  const steps: Observed[] = []
  for (const step of scenario.steps) {
    const couldRace = playing.going.length > 0
    const seen = await playing.step(step)
    const isConcurrent = couldRace || playing.going.length > 0
    steps.push({ step: describe(step), seen, requests: stage.side.takeRequests(), isConcurrent })
  }
  // Nobody is left waiting for a reply that a step held back.
  if (stage.side.releaseAll()) {
    const seen = await playing.finish()
    steps.push({ step: 'release all', seen, requests: stage.side.takeRequests(), isConcurrent: true })
  }
  return { steps, lookups: stage.side.lookups, contents: stage.side.contents }
}

class Play {
  private readonly stage: Stage
  private readonly tasks: Task[] = []

  constructor(stage: Stage) {
    this.stage = stage
  }

  get going(): Task[] {
    return this.tasks.filter(({ result }) => result === undefined)
  }

  async step(step: Step): Promise<string> {
    const { stage } = this
    let task: Task | undefined
    if ('join' in step) task = this.tasks.findLast(({ name }) => name === step.join)
    else if ('do' in step) {
      const { by = MAIN } = step
      if (this.going.some(({ program }) => program === by)) return 'is busy'
      task = this.begin(by, step.start, stage.perform(by, step.do))
    } else if ('notify' in step) task = this.begin(undefined, step.start, stage.side.notify(step))
    else if ('pauseMs' in step) await stage.pause(step.pauseMs)
    else stage.side.perform(step)
    const waited = this.going.filter((each) => each !== task)
    // Nobody hears of these two before something else is done.
    if (!('change' in step || 'hold' in step)) await stage.settle(() => this.going)
    const own = task === undefined ? [] : [seenOf(task, step)]
    return [...own, ...toldOf(waited)].join('; ')
  }

  /** Waits for what can go on. */
  async finish(): Promise<string> {
    const waited = this.going
    await this.stage.settle(() => this.going)
    return toldOf(waited).join('; ')
  }

  private begin(program: string | undefined, start: string | undefined, doing: Promise<string>): Task {
    const name = start ?? program ?? 'notification'
    const end = (result: string) => {
      task.result = result
    }
    const over = doing.then(end, (error: unknown) => end(String(error)))
    const task: Task = { program, name, result: undefined, over, isJoined: start !== undefined }
    this.tasks.push(task)
    return task
  }
}

/** Those that waited, and are over now. */
function toldOf(waited: readonly Task[]): string[] {
  const over = waited.filter(({ result, isJoined }) => result !== undefined && !isJoined)
  return over.map(({ name, result }) => `${name}: ${result}`)
}

function seenOf({ result, isJoined }: Task, step: Step): string {
  if (result === undefined) return 'waits'
  return isJoined && !('join' in step) ? 'is done' : result
}
