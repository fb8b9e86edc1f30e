import type { Unique } from '../base/ids.js'
import type { MessageCodec } from '../protocol/codec.js'
import type { MessageBuffer, ReplyInput, RequestOf } from '../protocol/message.js'
import { OPCODES, type OpcodeName, type OpcodeRow } from '../protocol/opcodes.js'
import type { RequestHost } from './context.js'
import type { ReplyDefaults } from './encode.js'
import type { FileSystem } from './filesystem.js'

/** Where a reply is written, and with what. */
export interface ReplySpace {
  readonly codec: MessageCodec
  readonly out: MessageBuffer
  readonly defaults: ReplyDefaults
  /** What follows the message in `out`: bytes of the filesystem's own, that are not copied into it. */
  payload?: Uint8Array | undefined
}

/** The methods that answer requests. */
export type MethodName = Exclude<keyof FileSystem, 'mountDefaults' | 'init' | 'changes' | 'nodeOf'>

/** How a request of the wire becomes a call of a method, and what that answers a reply. */
export interface Operation {
  readonly method: MethodName
  /** Its handler fills the reply itself, so that the buffer of the reply is needed before the call. */
  readonly fills: boolean
  readonly request: (host: RequestHost, message: never, space: ReplySpace | undefined) => object
  /** Writes the reply; returns where it ends. */
  readonly reply: (space: ReplySpace, result: never, message: never, request: never) => number
}

type Method<K extends MethodName> = NonNullable<FileSystem[K]>
type Argument<K extends MethodName> = Parameters<Method<K>>[0] & object
type Result<K extends MethodName> = Awaited<ReturnType<Method<K>>>

/** An operation whose reply is written after its handler has answered. */
export function operation<Op extends OpcodeName, K extends MethodName>(
  method: K,
  request: (host: RequestHost, message: RequestOf<Op>) => Argument<K>,
  reply: (space: ReplySpace, result: Result<K>, message: RequestOf<Op>) => number,
): Operation {
  return { method, fills: false, request, reply }
}

/**
 * An operation whose handler fills the body of the reply, or has another one; `length` tells how many bytes that came to.
 */
export function filling<Op extends OpcodeName, K extends MethodName>(
  method: K,
  request: (host: RequestHost, message: RequestOf<Op>, space: ReplySpace) => Argument<K>,
  length: (result: Result<K>, request: Argument<K>, space: ReplySpace) => number,
): Operation {
  return {
    method,
    fills: true,
    request: request as Operation['request'],
    reply(space: ReplySpace, result: never, message: RequestOf<Op>, made: never) {
      const bytes = length(result, made, space)
      const body = space.codec.encodeOutHeader(space.out, 0, uniqueOf(message), 0, bytes)
      return space.payload === undefined ? body + bytes : body
    },
  }
}

export function encode({ codec, out }: ReplySpace, reply: ReplyInput, sizeZero = false): number {
  return codec.encodeReply(out, 0, reply, false, sizeZero)
}

export function uniqueOf(message: { readonly header: { readonly unique: Unique } }): Unique {
  return message.header.unique
}

/** The requests that have data or a value: views of the message. */
export const VIEWING: ReadonlySet<string> = new Set(
  Object.entries(OPCODES).flatMap(([op, row]: [string, OpcodeRow]) =>
    row.in.some(({ kind }) => kind === 'bytes') ? [op] : [],
  ),
)

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
