import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { abortConnection, waitingRequests } from '#src/kernel/fusectl.js'
import { connectionNumber, isFuse, readMounts } from '#src/kernel/mountinfo.js'
import type { MountStats } from '#src/mount.js'
import type { NodeId } from '#src/base/ids.js'
import type { ChangePlace, EverythingOptions, Modification } from '#src/changes/options.js'
import type { NotifyResult } from '#src/notify/result.js'
import type { Notifier } from '#src/notify/notifier.js'
import { MNT } from '#src/sys/constants.js'
import { umountSync } from '#src/sys/mount.js'
import { Client } from './client/client.js'
import type { Action, Answer, Event, NotifyMethod, Question, Rule, Seen, ServerSettings } from './server/messages.js'
import type { Settled, TreeMethod } from './server/messages.js'
import type { Tree } from './server/tree.js'

export const LANES = ['io_uring', 'threads'] as const

/** What the verbs take; paths and nodes only, for they go to another process. */
interface ChangeArguments {
  readonly modified: readonly [target: string | NodeId, what?: Modification]
  readonly created: readonly [target: string | NodeId, name?: string]
  readonly removed: readonly [target: string | NodeId, name?: string]
  readonly renamed: readonly [from: ChangePlace, to: ChangePlace]
  readonly everything: readonly [options?: EverythingOptions]
}
type Verb = keyof ChangeArguments

/** A notification that was asked for. */
export interface Call {
  /** Rejects as it does at the server. */
  readonly settled: Promise<unknown>
  readonly isSettled: () => boolean
}

/** A rule in force. */
export interface Ruled {
  /** Resolves when a request is held; each call waits for one more. */
  readonly arrived: () => Promise<Seen>
  /** Lets go what is held, and ends the rule. */
  readonly release: () => Promise<void>
}

/** A handle on a scripted server in a process of its own; see server/program.ts. */
export class Scripted {
  readonly path: string
  readonly process: ChildProcess
  /** Why the mount ended. */
  readonly ended: Promise<string>
  readonly faults: string[] = []
  /** The number of the connection. */
  connection = -1
  private readonly questions = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  private readonly arrivals = new Map<number, Seen[]>()
  private readonly watchers = new Map<number, () => void>()
  private readonly calls = new Map<number, (settled: Settled) => void>()
  readonly clients: Client[] = []
  private next = 1

  private constructor(path: string, child: ChildProcess) {
    this.path = path
    this.process = child
    let end!: (reason: string) => void
    this.ended = new Promise((resolve) => (end = resolve))
    child.on('message', (message: Event | Answer) => {
      if ('id' in message) this.answered(message)
      else if (message.event === 'ended') end(message.reason)
      else this.heard(message)
    })
    child.on('exit', (code, signal) => {
      const ended = new Error(`the server has ended: ${signal ?? code}`)
      for (const { reject } of this.questions.values()) reject(ended)
    })
  }

  /** Starts a server; it, its mount and its clients are gone when the test ends, however it does. */
  static async start(t: TestContext, settings: ServerSettings): Promise<Scripted> {
    const parent = mkdtempSync(join(tmpdir(), 'fusewire-notify-'))
    const path = join(parent, 'mnt')
    mkdirSync(path)
    const program = new URL('server/program.js', import.meta.url)
    const child = fork(program, [path, JSON.stringify(settings)], { serialization: 'advanced', execArgv: [] })
    const server = new Scripted(path, child)
    t.after(() => {
      server.cleanUp()
      rmdirSync(path)
      rmdirSync(parent)
    })
    const [ready] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [Event]
    if (ready?.event !== 'ready') throw new Error('the server did not start')
    assert.equal(ready.lane, settings.via)
    const entry = readMounts().find(({ mountpoint }) => mountpoint === path)
    assert.ok(entry !== undefined && isFuse(entry))
    server.connection = connectionNumber(entry)
    return server
  }

  /** Where `path` of the source is in the mount. */
  at(path: string): string {
    return join(this.path, path)
  }

  /** A process that uses the mount. */
  async client(): Promise<Client> {
    const client = await Client.start()
    this.clients.push(client)
    return client
  }

  /** Does something to the source. */
  tree<M extends TreeMethod>(method: M, ...args: Parameters<Tree[M]>): Promise<ReturnType<Tree[M]>> {
    return this.ask('tree', method, ...args)
  }

  /** Makes a file in the source. */
  file(path: string, content: string | Uint8Array = ''): Promise<NodeId> {
    return this.ask('tree', 'add', path, 'file', content)
  }

  directory(path: string): Promise<NodeId> {
    return this.ask('tree', 'add', path, 'directory')
  }

  node(path: string): Promise<NodeId> {
    return this.ask('node', path)
  }

  /** Calls a notification at the server, from outside of every handler. */
  notify<M extends NotifyMethod>(method: M, ...args: Parameters<Notifier[M]>): Call {
    const [action, call] = this.action(method, ...args)
    void this.ask('act', action).catch(() => undefined)
    return call
  }

  /** The same, to be done by a rule. */
  action<M extends NotifyMethod>(method: M, ...args: Parameters<Notifier[M]>): [Action, Call] {
    const call = this.next
    this.next += 1
    let isSettled = false
    const settled = new Promise((resolve, reject) => {
      this.calls.set(call, (what) => {
        isSettled = true
        if ('value' in what) resolve(what.value)
        else reject(Object.assign(new Error(what.error.message), what.error))
      })
    })
    settled.catch(() => undefined)
    return [
      { notify: method, args, call },
      { settled, isSettled: () => isSettled },
    ]
  }

  /** Several actions in one go, in one turn of the server. */
  act(...actions: Action[]): Promise<void> {
    return this.ask('act', ...actions)
  }

  async rule(rule: Rule): Promise<Ruled> {
    const id = this.next
    this.next += 1
    this.arrivals.set(id, [])
    await this.ask('rule', id, rule)
    let taken = 0
    return {
      arrived: async () => {
        const index = taken
        taken += 1
        const seen = this.arrivals.get(id)!
        while (seen.length <= index) await new Promise<void>((resolve) => this.watchers.set(id, resolve))
        return seen[index]!
      },
      release: () => this.ask('release', id),
    }
  }

  /** Holds the next request of its kind. */
  hold(op: string, options: Omit<Rule, 'op'> = {}): Promise<Ruled> {
    return this.rule({ op, hold: true, times: 1, ...options })
  }

  /** Tells, in words of files, what changed at the source. */
  change<V extends Verb>(verb: V, ...args: ChangeArguments[V]): Promise<NotifyResult> {
    return this.ask('change', verb, ...args)
  }

  /** Several in one. */
  batch(
    ...edits: readonly (readonly [method: Exclude<Verb, 'everything'>, ...args: unknown[]])[]
  ): Promise<NotifyResult> {
    return this.ask('batch', ...edits)
  }

  counts(): Promise<Readonly<Record<string, number | undefined>>> {
    return this.ask('counts')
  }

  stats(): Promise<MountStats> {
    return this.ask('stats')
  }

  /** Counts by code, and the rest, of the notifier. */
  async notifyStats(): Promise<NonNullable<MountStats['notify']>> {
    return (await this.stats()).notify!
  }

  ask<T>(what: string, ...args: readonly unknown[]): Promise<T> {
    const id = this.next
    this.next += 1
    return new Promise<T>((resolve, reject) => {
      this.questions.set(id, { resolve, reject })
      this.process.send({ id, what, args } satisfies Question)
    })
  }

  /** How many requests the kernel has not had answers for. */
  waiting(): number {
    return waitingRequests(this.connection)
  }

  /** Resolves once a thread of the server, or one of the kernel's for it, waits in the kernel without a way out (D). */
  async blocked(): Promise<void> {
    const tasks = `/proc/${this.process.pid}/task`
    const isBlocked = (task: string) => {
      const stat = readFileSync(`${tasks}/${task}/stat`, 'latin1')
      return stat.slice(stat.lastIndexOf(')') + 2).startsWith('D')
    }
    for (;;) {
      try {
        if (readdirSync(tasks).some(isBlocked)) return
      } catch {
        // A thread has just ended.
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  private cleanUp(): void {
    // Lazily unmounted it is in no list any more, and lives.
    if (this.connection >= 0) abortConnection(this.connection)
    if (readMounts().some(({ mountpoint }) => mountpoint === this.path)) umountSync(this.path, MNT.DETACH)
    for (const client of this.clients) client.process.kill('SIGKILL')
    this.process.kill('SIGKILL')
  }

  private answered({ id, result, failure }: Answer): void {
    const question = this.questions.get(id)
    this.questions.delete(id)
    if (failure === undefined) question?.resolve(result as never)
    else question?.reject(new Error(failure))
  }

  private heard(event: Event): void {
    if (event.event === 'arrived') {
      this.arrivals.get(event.rule)?.push(event.seen)
      this.watchers.get(event.rule)?.()
    } else if (event.event === 'settled') {
      this.calls.get(event.call)?.(event.settled)
      this.calls.delete(event.call)
    } else if (event.event === 'fault') this.faults.push(event.reason)
  }
}
