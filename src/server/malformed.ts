import { ERRNO } from '../base/errno.js'
import type { Unique } from '../base/ids.js'
import type { MessageCodec } from '../protocol/codec.js'
import type { MessageBuffer } from '../protocol/message.js'
import { OPCODES, opcodeName, type OpcodeRow } from '../protocol/opcodes.js'

/** The error for the sender of a message that cannot be decoded; undefined if nobody can be told, or waits to be. */
export function refusalOf(
  codec: MessageCodec,
  message: MessageBuffer,
  end: number,
): { readonly unique: Unique; readonly errno: number } | undefined {
  try {
    const { opcode, unique } = codec.decodeInHeader(message, 0, end)
    const op = opcodeName(opcode)
    const row: OpcodeRow | undefined = op === undefined ? undefined : OPCODES[op]
    if (row === undefined) return { unique, errno: ERRNO.ENOSYS }
    return row.reply ? { unique, errno: ERRNO.EOVERFLOW } : undefined
  } catch {
    return undefined
  }
}
