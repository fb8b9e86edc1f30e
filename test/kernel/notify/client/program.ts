import { dieWithParent } from '../../../contract/filesystem/credentials.js'
import { PosixError } from '../../../helpers/posix/ffi.js'
import { calls } from './calls.js'

/* A process that makes the calls it is sent, one after the other, and blocks where they block. */

export interface Order {
  readonly name: keyof typeof calls
  readonly args: readonly unknown[]
}

export interface Reply {
  readonly result?: unknown
  readonly call?: string
  readonly errno?: number
  readonly failure?: string
}

dieWithParent()
process.on('message', ({ name, args }: Order) => {
  let reply: Reply
  try {
    reply = { result: (calls[name] as (...values: readonly unknown[]) => unknown)(...args) }
  } catch (error) {
    reply = error instanceof PosixError ? { call: error.message, errno: error.number } : { failure: String(error) }
  }
  process.send?.(reply)
})
process.send?.({ result: null } satisfies Reply)
