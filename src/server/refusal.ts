import { ERRNO } from '../base/errno.js'
import { ProtocolError } from '../base/errors.js'
import type { Unique } from '../base/ids.js'
import type { MessageCodec } from '../protocol/codec.js'
import type { MessageBuffer, Request } from '../protocol/message.js'
import { OPCODES, opcodeName, type OpcodeRow } from '../protocol/opcodes.js'

/** What the sender of a message is told that is none, or comes when it must not. */
export interface Refusal {
  readonly unique: Unique
  readonly errno: number
  /** It is a request that may make sense to who sends it, of a later protocol. */
  readonly isUnknown: boolean
}

/** INIT comes first, and once. @throws ProtocolError */
export function checkOrder({ op }: Request, isInitialised: boolean): void {
  if (isInitialised !== (op === 'INIT')) return
  throw new ProtocolError(op, 'opcode', 4, isInitialised ? 'comes a second time' : 'comes before INIT')
}

/** Undefined if nobody can be told: there is no header, or nobody waits for a reply. */
export function refusalOf(
  codec: MessageCodec,
  message: MessageBuffer,
  end: number,
  error: unknown,
): Refusal | undefined {
  try {
    const { opcode, unique } = codec.decodeInHeader(message, 0, end)
    const op = opcodeName(opcode)
    if (op === undefined) return { unique, errno: ERRNO.ENOSYS, isUnknown: true }
    if (!(OPCODES[op] as OpcodeRow).reply) return undefined
    const isOutOfOrder = error instanceof ProtocolError && error.field === 'opcode'
    return { unique, errno: isOutOfOrder ? ERRNO.EIO : ERRNO.EOVERFLOW, isUnknown: false }
  } catch {
    return undefined
  }
}
