import { createClient, type Client } from '#src/client/client.js'
import { createPair } from '#src/transport/memory.js'
import { FakeClock } from '../helpers/pair.js'
import { ClientActor } from './client-actor.js'
import type { Operation, Outcome, Scenario } from './language.js'
import { play, type Stage } from './runner.js'
import { ServerSide } from './server-side.js'

/** Turns of the event loop in which nothing new can happen any more: everything here is in memory. */
const TURNS = 8
/** No two steps are at the same time. */
const STEP_MS = 5

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
  const outcome = await play(scenario, new ClientStage(side, client, clock))
  client.abort()
  return outcome
}

class ClientStage implements Stage {
  readonly side: ServerSide
  private readonly client: Client
  private readonly clock: FakeClock
  private readonly actors = new Map<string, ClientActor>()

  constructor(side: ServerSide, client: Client, clock: FakeClock) {
    this.side = side
    this.client = client
    this.clock = clock
  }

  perform(program: string, operation: Operation): Promise<string> {
    let actor = this.actors.get(program)
    if (actor === undefined) {
      actor = new ClientActor(this.client)
      this.actors.set(program, actor)
    }
    return actor.perform(operation)
  }

  async settle(): Promise<void> {
    for (let i = 0; i < TURNS; i += 1) await new Promise(setImmediate)
    this.clock.advance(STEP_MS)
  }

  async pause(ms: number): Promise<void> {
    this.clock.advance(ms)
  }
}
