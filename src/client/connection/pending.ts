import type { NodeId, Unique } from '../../base/ids.js'
import type { Reply, RequestInput, RequestInputOf, SuccessReplyOf } from '../../protocol/message.js'
import type { OpcodeName } from '../../protocol/opcodes.js'

/** On whose behalf a request is sent. */
export interface Caller {
  readonly uid: number
  readonly gid: number
  readonly pid: number
}

/** The client itself: RELEASE, writeback, FORGET. */
export const NOBODY: Caller = { uid: 0, gid: 0, pid: 0 }

/** What a request says, headers aside. */
export type Body<Op extends OpcodeName> = Omit<RequestInputOf<Op>, 'op' | 'header'>

/** How a request is sent. */
export interface CallOptions {
  readonly caller: Caller
  /** Sends INTERRUPT when aborted; the call goes on until the server answers, as in the kernel. */
  readonly signal?: AbortSignal | undefined
  /**
   * Counts against max_background. `'waits'`: sleeps while there are too many; `'queues'`: never sleeps, and is sent when
   * there is room.
   */
  readonly background?: 'waits' | 'queues' | undefined
  /** Asks for a size (GETXATTR, LISTXATTR with size 0). */
  readonly sizeZero?: boolean | undefined
}

/** Looks at a reply while its bytes are there: what is to outlive the call is to be copied. */
export type Take<Op extends OpcodeName, T> = (reply: SuccessReplyOf<Op>) => T

/** A request that was sent and is not answered. */
export interface Pending {
  readonly op: OpcodeName
  /** To be sent again (RESEND). */
  readonly request: RequestInput
  readonly nodeid: NodeId
  unique: Unique
  readonly sizeZero: boolean
  /** The most bytes that the variable part of the reply may have. */
  readonly limit: number
  readonly sentMs: number
  isInterrupted: boolean
  readonly succeed: (reply: Reply & { ok: true }) => void
  readonly fail: (errno: number) => void
}

/** The variable part of a reply may be shorter than what was asked for, never longer. */
export function replyLimit(request: RequestInput): number {
  switch (request.op) {
    case 'READ':
    case 'READDIR':
    case 'READDIRPLUS':
      return request.fuse_read_in.size
    case 'READLINK':
      return LONGEST_TARGET
    case 'GETXATTR':
    case 'LISTXATTR':
      return request.fuse_getxattr_in.size
    case 'IOCTL':
      return request.fuse_ioctl_in.out_size
    default:
      return 0
  }
}

/** How many bytes the variable part of a reply has. */
export function variableLength(reply: Reply & { ok: true }): number {
  switch (reply.op) {
    case 'READ':
      return reply.data.length
    case 'READDIR':
    case 'READDIRPLUS':
      return reply.entries.length
    case 'READLINK':
      return reply.target.length
    case 'GETXATTR':
      return 'value' in reply ? reply.value.length : 0
    case 'LISTXATTR':
      return 'names' in reply ? reply.names.length : 0
    case 'IOCTL':
      return reply.outData.length
    default:
      return 0
  }
}

/** A page, less the NUL that the kernel puts behind it. */
const LONGEST_TARGET = 4095
