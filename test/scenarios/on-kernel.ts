import { mountFuse, type FuseMount } from '#src/kernel/mount-fuse.js'
import { DeviceNotifyPort } from '#src/transport/device-notify.js'
import type { Loop } from '#src/transport/device-source.js'
import { DeviceTransport } from '#src/transport/device.js'
import { BlockedWatch } from './blocked.js'
import type { Operation, Outcome, Scenario } from './language.js'
import type { Programs } from './programs.js'
import { play, type Stage, type Task } from './runner.js'
import { ServerSide } from './server-side.js'

/** A notification goes out as head and payload; a head has at most a name. */
const HEAD = 4096
/** How long a scenario may take, its pauses aside. */
const LIMIT_MS = 20_000
/** Most steps are over before that; only those that are not are looked at more closely. */
const PROMPT_MS = 3
/** For so long the clock stands still by which the kernel sets times (WRITEBACK_CACHE): no two steps are at the same time. */
const TICK_MS = 5
const BARRIER = 'barrier'

/** Where scenarios run on a mount of Linux, one after the other, each on a mount of its own. This process is the server. */
export interface Ground {
  readonly mountpoint: string
  readonly programs: Programs
  readonly loop: Loop
}

/** Runs a scenario on a mount of Linux. */
export async function runOnKernel(scenario: Scenario, ground: Ground): Promise<Outcome> {
  const { mountpoint, programs } = ground
  await programs.start([...scenario.steps.flatMap((step) => ('do' in step ? [step.by ?? 'main'] : [])), BARRIER])
  const { defaultPermissions = false } = scenario
  const made = await mountFuse(mountpoint, { fsname: 'scenario', allowOther: true, defaultPermissions })
  const stage = new KernelStage(scenario, made, ground)
  try {
    return await within(stage.run(scenario), LIMIT_MS, () => programs.kill())
  } finally {
    await made.unmount({ mode: 'force' })
  }
}

class KernelStage implements Stage {
  readonly side: ServerSide
  private readonly stepMs: number
  private readonly programs: Programs

  constructor(scenario: Scenario, made: FuseMount, { loop, programs }: Ground) {
    this.programs = programs
    this.stepMs = scenario.init?.writebackCache === true ? TICK_MS : 0
    const port = new DeviceNotifyPort(made.fd.number, loop)
    port.onTaken = (token, result) => (token as (result: number) => void)(result)
    this.side = new ServerSide(scenario, new DeviceTransport(made.fd, loop), (bytes) => {
      return new Promise((resolve) => {
        const message = port.borrow()!
        const head = Math.min(bytes.length, HEAD)
        message.bytes.set(bytes.subarray(0, head))
        port.sendWaiting(message, head, head < bytes.length ? bytes.subarray(head) : undefined, resolve, false)
        port.flush()
      })
    })
    void this.side.session.closed.catch(() => undefined).finally(() => port.close())
  }

  async run(scenario: Scenario): Promise<Outcome> {
    await this.side.session.initialised
    const { steps, contents } = await play(scenario, this)
    // FORGETs have a queue of their own: they have been read when requests that came later have been.
    for (let i = 0; i < 3; i += 1) await this.barrier()
    const { lookups } = this.side
    await this.programs.reset()
    return { steps, lookups, contents }
  }

  async perform(program: string, operation: Operation): Promise<string> {
    return (await this.programs.get(program).ask('perform', operation)) as string
  }

  async settle(going: () => readonly Task[]): Promise<void> {
    await this.goOn(going)
    if (this.stepMs > 0) await sleep(this.stepMs)
  }

  private async goOn(going: () => readonly Task[]): Promise<void> {
    const programs = going()
    await Promise.race([Promise.all(programs.map(({ over }) => over)), sleep(PROMPT_MS)])
    // Each operation of a program ends with a barrier of its own.
    if (programs.length > 0 && going().length === 0 && programs.every(({ program }) => program !== undefined)) return
    const watch = new BlockedWatch()
    while (going().length > 0) {
      const names = going().flatMap(({ program }) => program ?? [])
      const pids = names.map((name) => this.programs.get(name).process.pid!)
      if (watch.areBlocked(pids, going().length - pids.length)) break
      await this.barrier()
      await sleep(0)
    }
    await this.barrier()
  }

  async pause(ms: number): Promise<void> {
    await sleep(ms)
  }

  private async barrier(): Promise<void> {
    await this.programs.get(BARRIER).ask('barrier')
  }
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** What comes of `running`; after too long `end` is called, which is to end it, and it fails. */
async function within<T>(running: Promise<T>, ms: number, end: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      end()
      reject(new Error(`the scenario did not end within ${ms} ms`))
    }, ms)
  })
  try {
    return await Promise.race([running, late])
  } finally {
    clearTimeout(timer)
  }
}
