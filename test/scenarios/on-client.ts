import { createClient } from '#src/client/client.js'
import { createPair } from '#src/transport/memory.js'
import { FakeClock, settled } from '../helpers/pair.js'
import { ClientActor } from './client-actor.js'
import { describe, type Observed, type Outcome, type Scenario } from './language.js'
import { isServers, isSettled, ServerSide } from './server-side.js'

/** Runs a scenario on the client. */
export async function runOnClient(scenario: Scenario): Promise<Outcome> {
  const [a, b] = createPair()
  const side = new ServerSide(scenario, b, async (bytes) => {
    const message = b.borrow()
    message.bytes.set(bytes)
    return b.write(message, bytes.length)
  })
  const clock = new FakeClock()
  const client = createClient(a, { clock, defaultPermissions: scenario.defaultPermissions })
  await client.ready
  const actor = new ClientActor(client)
  const running = new Map<string, Promise<string>>()
  const steps: Observed[] = []
  const pending = new Set<string>()
  const start = (name: string, promise: Promise<string>) => {
    pending.add(name)
    running.set(
      name,
      promise.finally(() => pending.delete(name)),
    )
  }
  for (const [index, step] of scenario.steps.entries()) {
    let seen = ''
    if (isServers(step)) {
      seen = await side.perform(index)
      if ('notify' in step && step.start !== undefined) start(step.start, side.join(step.start))
    } else if ('do' in step) {
      const performing = actor.perform(step.do)
      if (step.start === undefined) seen = await performing
      else start(step.start, performing)
    } else if ('join' in step) seen = await running.get(step.join)!
    else if ('pauseMs' in step) clock.advance(step.pauseMs)
    await settled()
    // No two steps are at the same time.
    clock.advance(5)
    if ('start' in step && step.start !== undefined) seen = pending.has(step.start) ? 'waits' : 'is done'
    steps.push({ step: describe(step), seen, requests: isSettled(step) ? side.takeRequests() : [] })
  }
  const { lookups } = side
  await client.close()
  return { steps, lookups }
}
