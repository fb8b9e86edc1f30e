import { MessageCodec } from '#src/protocol/codec.js'
import { errnoName } from '#src/base/errno.js'
import { messageBuffer } from '#src/protocol/message.js'
import { Session } from '#src/server/session.js'
import type { Transport } from '#src/transport/transport.js'
import { Scripted } from '../helpers/scripted.js'
import { digest } from '../helpers/digest.js'
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

  /** Changes something, or holds replies or lets go of them. */
  perform(
    step: Extract<Step, { readonly change: unknown } | { readonly hold: unknown } | { readonly release: unknown }>,
  ): void {
    if ('change' in step) step.change(this.server)
    else if ('hold' in step) this.holds.set(step.hold, this.tap.hold(step.hold))
    else this.release(step.release)
  }

  /** Lets go of what is held still; false if there is nothing. */
  releaseAll(): boolean {
    const held = [...this.holds.keys()]
    for (const op of held) this.release(op)
    return held.length > 0
  }

  private release(op: string): void {
    this.holds.get(op)?.release()
    this.holds.delete(op)
  }

  /** Sends a notification; resolves with what the other side made of it. */
  async notify(step: Extract<Step, { readonly notify: unknown }>): Promise<string> {
    const message = messageBuffer(1 << 20)
    const end = this.codec.encodeNotification(message, 0, step.notify(this.server))
    const result = await this.sendNotification(message.bytes.slice(0, end))
    return result === 0 ? 'ok' : (errnoName(-result) ?? String(result))
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

  /** What each file contains that was ever there, by node id; those that contain something. */
  get contents(): Record<string, string> {
    const files = this.server.everything().filter(({ data }) => data.length > 0)
    return Object.fromEntries(files.map(({ id, data }) => [id, digest(data)]))
  }

  get lookups(): Record<string, number> {
    return Object.fromEntries([...this.server.lookups].filter(([, count]) => count !== 0))
  }
}
