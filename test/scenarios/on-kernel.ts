import { fork } from 'node:child_process'
import type { TestContext } from 'node:test'
import { serve } from '../helpers/served.js'
import { describe, type Observed, type Outcome, type Scenario } from './language.js'
import { Remote } from './rpc.js'
import { isServers, isSettled } from './server-side.js'

/** How long something may take that does not wait for anybody. */
const GRACE_MS = 600

/** Runs a scenario on a mount of Linux: the server and each program are processes of their own. */
export async function runOnKernel(t: TestContext, scenario: Scenario): Promise<Outcome> {
  const { path, server } = await serve(t, 'scenario')
  const side = new Remote(server)
  await side.ask('start', scenario.title)
  const actors = new Map<string, Remote>()
  const actorOf = (name: string) => {
    const known = actors.get(name)
    if (known !== undefined) return known
    const child = fork(new URL('kernel-actor.js', import.meta.url), [path])
    t.after(() => child.kill('SIGKILL'))
    const made = new Remote(child)
    actors.set(name, made)
    return made
  }
  // All of them run before the first step: a process takes its time to start.
  const names = scenario.steps.flatMap((step) => ('do' in step ? [step.by ?? 'main'] : []))
  await Promise.all([...names, 'barrier'].map((name) => actorOf(name).ask('ready')))
  const barrier = () => actorOf('barrier').ask('barrier')
  const running = new Map<string, Promise<string>>()
  const pending = new Set<string>()
  const start = (name: string, promise: Promise<string>) => {
    pending.add(name)
    const ending = promise.finally(() => pending.delete(name))
    ending.catch(() => undefined)
    running.set(name, ending)
  }
  const steps: Observed[] = []
  for (const [index, step] of scenario.steps.entries()) {
    let seen = ''
    if (isServers(step)) {
      seen = (await side.ask('perform', index)) as string
      if ('notify' in step && step.start !== undefined)
        start(step.start, side.ask('join', step.start) as Promise<string>)
    } else if ('do' in step) {
      const performing = actorOf(step.by ?? 'main').ask('perform', step.do) as Promise<string>
      if (step.start === undefined) seen = await performing
      else start(step.start, performing)
    } else if ('join' in step) seen = await running.get(step.join)!
    else if ('pauseMs' in step) await sleep(step.pauseMs)
    if ('start' in step && step.start !== undefined) {
      await Promise.race([running.get(step.start)!, sleep(GRACE_MS)])
      seen = pending.has(step.start) ? 'waits' : 'is done'
    }
    const requests = isSettled(step) ? await barrier().then(() => side.ask('requests')) : []
    steps.push({ step: describe(step), seen, requests: requests as string[] })
  }
  // FORGETs have a queue of their own: by the second request they have been read.
  await barrier()
  await barrier()
  const lookups = (await side.ask('lookups')) as Record<string, number>
  for (const { process } of actors.values()) process.kill('SIGKILL')
  return { steps, lookups }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
