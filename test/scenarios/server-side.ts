import { MessageCodec } from '#src/protocol/codec.js'
import { messageBuffer, type NotificationInput } from '#src/protocol/message.js'
import { Session } from '#src/server/session.js'
import type { Transport } from '#src/transport/transport.js'
import { Scripted } from '../helpers/scripted.js'
import { lineOf, Tap, type Hold } from '../helpers/tap.js'
import type { Scenario, Step } from './language.js'

/** Sends the bytes of a notification; tells what write(2) made of it. */
export type SendNotification = (bytes: Uint8Array) => Promise<number>

/** The server of a scenario, over any transport. */
export class ServerSide {
  readonly session: Session
  private readonly server = new Scripted()
  private readonly tap: Tap
  private readonly scenario: Scenario
  private readonly sendNotification: SendNotification
  private readonly holds = new Map<string, Hold>()
  private readonly running = new Map<string, Promise<number>>()
  private readonly codec = new MessageCodec()

  constructor(scenario: Scenario, transport: Transport, sendNotification: SendNotification) {
    this.scenario = scenario
    this.sendNotification = sendNotification
    scenario.setup(this.server)
    this.tap = new Tap(transport)
    const defaults = { entryTimeoutMs: 0, attrTimeoutMs: 0, negativeTimeoutMs: 0, keepCache: false, cacheDir: false }
    const init = {
      readdirplus: false,
      defaultPermissions: scenario.defaultPermissions ?? false,
      ...scenario.init,
    }
    const onError = (error: unknown, request: string) => console.error(`${scenario.title}: ${request}:`, error)
    this.session = new Session(this.tap, this.server, { defaults, init, onError })
    this.session.initialised.catch(() => undefined)
    this.session.closed.catch(() => undefined)
    this.tap.start(this.session)
  }

  /** Does a step that concerns the server. Answers what is seen of it. */
  async perform(index: number): Promise<string> {
    const step = this.scenario.steps[index]!
    if ('change' in step) step.change(this.server)
    else if ('hold' in step) this.holds.set(step.hold, this.tap.hold(step.hold))
    else if ('release' in step) this.holds.get(step.release)!.release()
    else if ('notify' in step) {
      const sending = this.send(step.notify(this.server))
      if (step.start === undefined) return String(await sending)
      this.running.set(step.start, sending)
    }
    return ''
  }

  /** What came of a notification that went on in the background. */
  async join(name: string): Promise<string> {
    return String(await this.running.get(name))
  }

  /** Requests since the last time, without those that come by themselves. */
  takeRequests(): string[] {
    return this.tap.requests
      .splice(0)
      .map(lineOf)
      .filter((line) => line !== '' && line !== 'STATFS' && !this.isIgnored(line))
  }

  private isIgnored(line: string): boolean {
    return this.scenario.ignore?.some((op) => line.split(' ')[0] === op) === true
  }

  get lookups(): Record<string, number> {
    return Object.fromEntries([...this.server.lookups].filter(([, count]) => count !== 0))
  }

  private send(input: NotificationInput): Promise<number> {
    const message = messageBuffer(1 << 20)
    const end = this.codec.encodeNotification(message, 0, input)
    return this.sendNotification(message.bytes.slice(0, end))
  }
}

/** Steps that the server does. */
export function isServers(step: Step): boolean {
  return 'change' in step || 'hold' in step || 'release' in step || 'notify' in step
}

/** Whether all that a step sets off is over with it. What a release sets free is seen with the step behind its joins. */
export function isSettled(step: Step): boolean {
  return !('release' in step || 'join' in step)
}
