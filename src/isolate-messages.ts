import type { Unique } from './base/ids.js'
import type { InitIn } from './protocol/negotiated.js'
import type { InitWishes } from './protocol/init-wishes.js'
import type { ReplyDefaults } from './server/encode.js'
import type { Traits } from './settings.js'
import type { SpinningThreadAccess } from './sys/spinning-thread.js'
import type { LoopKind } from './transport/device-loops.js'

/* What the thread that mounts and the isolates that serve say to one another. */

/** What an isolate is made with. */
export interface IsolateData {
  readonly module: string
  readonly data: unknown
}

/** To an isolate: serve this device. */
export interface ServeOrder {
  readonly do: 'serve'
  /** The number of a descriptor that is this isolate's alone, and that is closed once it has exited. */
  readonly device: number
  readonly defaults: ReplyDefaults
  readonly init: InitWishes
  readonly loop: 'auto' | LoopKind
  readonly followClients: boolean
  /** The thread that keeps a CPU awake for all isolates, if there is one. */
  readonly keeper: SpinningThreadAccess | undefined
  /** Why nobody there may notify. */
  readonly notifyRefused: string
  /** What INIT offered, if another isolate has answered it. */
  readonly initIn: InitIn | undefined
}

/** To an isolate: INTERRUPT for this request was read by another one. */
export interface InterruptOrder {
  readonly do: 'interrupt'
  readonly unique: Unique
}

export type IsolateOrder = ServeOrder | InterruptOrder

/** An error on its way to another thread, where its class and most of its fields get lost. */
export interface SentError {
  readonly error: unknown
  readonly code: string | undefined
}

export type IsolateReport =
  | { readonly is: 'loaded'; readonly traits: Traits }
  | { readonly is: 'serving'; readonly initIn: InitIn | undefined; readonly kind: LoopKind; readonly reason: string }
  /** It cannot serve: the module, or INIT. */
  | { readonly is: 'unable'; readonly sent: SentError }
  | { readonly is: 'interrupt'; readonly unique: Unique }
  | { readonly is: 'fault'; readonly sent: SentError; readonly request: string }
  /** Its device has ended, ordinarily or not. */
  | { readonly is: 'ended'; readonly sent: SentError | undefined }
