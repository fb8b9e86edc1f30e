import type { InitWishes } from '#src/protocol/init-wishes.js'
import type { NotifierOptions } from '#src/notify/options.js'
import type { Notifier } from '#src/notify/notifier.js'
import type { Tree } from './tree.js'

/* What the test and the scripted server tell each other. */

/** How the server is made. */
export interface ServerSettings {
  readonly via: 'io_uring' | 'threads'
  readonly init?: InitWishes
  readonly notify?: NotifierOptions
  readonly defaultPermissions?: boolean
  readonly maxKnownNodes?: number
  /** Methods that the filesystem is to have besides: readdirplus, statx; or not to have. */
  readonly plus?: boolean
  readonly statx?: boolean
  readonly without?: readonly string[]
}

type Methods<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never
}[keyof T]
export type TreeMethod = Methods<Tree>
export type NotifyMethod = Methods<Notifier>

/**
 * Something that the server does: to the source; a notification, of which the test hears under `call`; or what a server
 * without the notifier would write to the device, INVAL_INODE of attributes alone.
 */
export type Action =
  | { readonly raw: number }
  | { readonly tree: TreeMethod; readonly args: readonly unknown[] }
  | { readonly notify: NotifyMethod; readonly args: readonly unknown[]; readonly call: number }

/** What is to happen when a request comes. What is undefined matches all. */
export interface Rule {
  /** The method that handles it. */
  readonly op: string
  readonly node?: number | undefined
  readonly name?: string | undefined
  /** The handler computes its answer, and then waits until it is let go. */
  readonly hold?: boolean
  /** Done within the handler, when the answer has been computed. */
  readonly inside?: readonly Action[]
  /** Done when the reply was written. */
  readonly after?: readonly Action[]
  /** For how many requests; for all if undefined. */
  readonly times?: number
}

/** One request, as the server has seen it. */
export interface Seen {
  readonly op: string
  readonly node: number
  readonly name: string | undefined
}

/** What became of a notification. */
export type Settled =
  | { readonly value: unknown }
  | { readonly error: { readonly name: string; readonly code: string; readonly message: string } }

/** From the server on its own. */
export type Event =
  | { readonly event: 'ready'; readonly lane: string }
  | { readonly event: 'arrived'; readonly rule: number; readonly seen: Seen }
  | { readonly event: 'settled'; readonly call: number; readonly settled: Settled }
  | { readonly event: 'ended'; readonly reason: string }
  | { readonly event: 'fault'; readonly reason: string }

/** A question of the test, and its answer. */
export interface Question {
  readonly id: number
  readonly what: string
  readonly args: readonly unknown[]
}

export interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly failure?: string
}
