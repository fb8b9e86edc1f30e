import { createConnection, type Socket } from 'node:net'
import { FuseWireError } from '../base/errors.js'
import type { NotifyResult } from '../notify/result.js'
import { controlDirectories, socketsOf } from './directory.js'
import { encodeLine, LineReader, PIECE_BYTES, type AnswerMessage, type MountInfo } from './messages.js'
import type { MountStatus } from './status.js'

/** Options of {@link ControlClient.invalInode}; those of the notifier. */
export interface ControlInvalInode {
  readonly offset?: number
  readonly length?: number
  readonly attributesOnly?: boolean
}

interface Pending {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/**
 * Speaks to the server of a mount over its control socket. The notifications are those of the notifier, with the same
 * outcomes and errors. What the server takes long for, a call waits for.
 */
export class ControlClient implements Disposable {
  private readonly socket: Socket
  private readonly pending = new Map<number, Pending>()
  private last = 0

  private constructor(socket: Socket) {
    this.socket = socket
    const lines = new LineReader((line) => this.answered(JSON.parse(line) as AnswerMessage))
    socket.setEncoding('utf8').on('data', (text: string) => lines.add(text))
    const end = () => this.ended()
    socket.on('close', end)
    socket.on('error', end)
  }

  /**
   * @param uid the user who mounted it
   * @throws FuseWireError ERR_CONTROL: there is no socket of this mount that we may use
   */
  static async connect(connection: number, uid: number = process.getuid?.() ?? 0): Promise<ControlClient> {
    let denied = false
    for (const directory of controlDirectories(uid)) {
      try {
        for (const path of socketsOf(directory, connection)) {
          const client = await ControlClient.open(path)
          if (client !== undefined) return client
        }
      } catch (error) {
        denied ||= error instanceof Error && 'code' in error && error.code === 'EACCES'
      }
    }
    const why = denied
      ? 'only the user who mounted it, and root, may speak to its server'
      : "its server has no control socket: it is not fusewire's, was not asked for one, or is gone"
    throw new FuseWireError('ERR_CONTROL', `FUSE connection ${connection}: ${why}`)
  }

  /** By the path of the socket. Undefined if nobody listens there any more. */
  static async open(path: string): Promise<ControlClient | undefined> {
    const socket = await connect(path)
    return socket && new ControlClient(socket)
  }

  /** What the mount has done since its start and is doing now, with its counters. */
  status(): Promise<MountStatus> {
    return this.call('status', {})
  }

  /** What the server waits for. */
  async info(): Promise<MountInfo> {
    const { notifications, ...info } = await this.call<MountInfo>('info', {})
    const endless = notifications.map((one) => (one.length === null ? { ...one, length: Infinity } : one))
    return { ...info, notifications: endless }
  }

  poll(handle: number): Promise<NotifyResult> {
    return this.call('poll', { handle })
  }

  invalInode(node: number, options: ControlInvalInode = {}): Promise<NotifyResult> {
    return this.call('invalInode', { node, ...options })
  }

  invalEntry(parent: number, name: string, options: { readonly expireOnly?: boolean } = {}): Promise<NotifyResult> {
    return this.call('invalEntry', { parent, name, ...options })
  }

  /** Data of more than 1 MiB go in pieces; the result is that of the last. */
  async store(node: number, offset: number, data: Uint8Array): Promise<NotifyResult> {
    for (let at = 0; ; at += PIECE_BYTES) {
      const piece = Buffer.from(data.buffer, data.byteOffset + at, Math.min(PIECE_BYTES, data.length - at))
      const fields = { node, offset: offset + at, data: piece.toString('base64') }
      const result = await this.call<NotifyResult>('store', fields)
      if (at + PIECE_BYTES >= data.length) return result
    }
  }

  /** More than 1 MiB comes in pieces, up to the first that is not whole. */
  async retrieve(node: number, offset: number, length: number): Promise<Uint8Array> {
    const pieces: Buffer[] = []
    for (let at = 0; at < length; at += PIECE_BYTES) {
      const wanted = Math.min(PIECE_BYTES, length - at)
      const { data } = await this.call<{ data: string }>('retrieve', { node, offset: offset + at, length: wanted })
      const piece = Buffer.from(data, 'base64')
      pieces.push(piece)
      if (piece.length < wanted) break
    }
    return Buffer.concat(pieces)
  }

  delete(parent: number, child: number, name: string): Promise<NotifyResult> {
    return this.call('delete', { parent, child, name })
  }

  resend(): Promise<NotifyResult> {
    return this.call('resend', {})
  }

  incEpoch(): Promise<NotifyResult> {
    return this.call('incEpoch', {})
  }

  prune(nodes: readonly number[]): Promise<NotifyResult> {
    return this.call('prune', { nodes })
  }

  /** Hangs up; calls that wait are rejected. */
  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  private call<T>(call: string, fields: object): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const id = (this.last += 1)
      this.pending.set(id, { resolve, reject })
      if (this.socket.destroyed) this.ended()
      else this.socket.write(encodeLine({ ...fields, id, call }))
    })
  }

  private answered(answer: AnswerMessage): void {
    const waiting = this.pending.get(answer.id)
    this.pending.delete(answer.id)
    if ('error' in answer) waiting?.reject(new FuseWireError(answer.error.code, answer.error.message))
    else waiting?.resolve(answer.result as never)
  }

  private ended(): void {
    const error = new FuseWireError('ERR_CONTROL', 'the server hung up: the mount has ended')
    for (const { reject } of this.pending.values()) reject(error)
    this.pending.clear()
  }
}

/** Undefined if nobody listens any more. */
function connect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    const failed = (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined)
      else reject(error)
    }
    socket.once('error', failed)
    socket.once('connect', () => {
      socket.off('error', failed)
      resolve(socket)
    })
  })
}
