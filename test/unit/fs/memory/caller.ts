import { errnoName } from '#src/base/errno.js'
import { FuseError } from '#src/base/errors.js'
import { ROOT_ID, type FileHandle, type NodeId, type Unique } from '#src/base/ids.js'
import { MessageCodec } from '#src/protocol/codec.js'
import { initFlagBits, INIT_FLAG_NAMES, splitInitFlags } from '#src/protocol/flags/init-flags.js'
import { messageBuffer, type MessageBuffer, type RequestInput, type RequestInputOf } from '#src/protocol/message.js'
import type { SuccessReplyOf } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import type { InitIn } from '#src/protocol/negotiated.js'
import type { FileSystem } from '#src/server/filesystem.js'
import { Session } from '#src/server/session.js'

const S_IFREG = 0o100000
const defaults = { entryTimeoutMs: 5000, attrTimeoutMs: 5000, negativeTimeoutMs: 0, keepCache: true, cacheDir: true }

type Fields<Op extends OpcodeName> = Omit<RequestInputOf<Op>, 'op' | 'header'>

/** Sends requests to a filesystem as a kernel does, without one. */
export class Caller {
  uid = 0
  gid = 0
  private readonly codec = new MessageCodec()
  private readonly session: Session
  private readonly replies = new Map<Unique, MessageBuffer>()
  private last = 0

  constructor(fs: FileSystem) {
    const transport = {
      start: () => undefined,
      borrow: () => messageBuffer(1 << 17),
      send: (message: MessageBuffer, end: number, payload = new Uint8Array(0)) => {
        const whole = messageBuffer(Buffer.concat([message.bytes.subarray(0, end), payload]))
        this.replies.set(whole.view.getUint32(8, true) as Unique, whole)
        return 0
      },
      release: () => undefined,
      close: () => undefined,
    }
    const onError = (error: unknown) => {
      throw error
    }
    this.session = new Session(transport, fs, { defaults, init: {}, onError })
    const words = splitInitFlags(initFlagBits(INIT_FLAG_NAMES))
    this.session.adopt({ major: 7, minor: 45, max_readahead: 131_072, ...words } as InitIn)
  }

  /** Sends a request; {@link reply} has what is answered. */
  send<Op extends OpcodeName>(op: Op, nodeid: NodeId, fields: Fields<Op>): Unique {
    this.last += 2
    const unique = this.last as Unique
    const message = messageBuffer(1 << 20)
    const header = { unique, nodeid, uid: this.uid, gid: this.gid, pid: 1 }
    const end = this.codec.encodeRequest(message, 0, { op, header, ...fields } as unknown as RequestInput)
    this.session.receive(message, end)
    return unique
  }

  /** The reply, or undefined while there is none. @throws FuseError the errno that was answered */
  reply<Op extends OpcodeName>(op: Op, unique: Unique): SuccessReplyOf<Op> | undefined {
    const bytes = this.replies.get(unique)
    if (bytes === undefined) return undefined
    this.replies.delete(unique)
    const reply = this.codec.decodeReply(bytes, 0, bytes.bytes.length, op)
    if (!reply.ok) throw new FuseError(errnoName(-reply.header.error)!)
    return reply as SuccessReplyOf<Op>
  }

  /** Sends a request that is answered at once. */
  call<Op extends OpcodeName>(op: Op, nodeid: NodeId, fields: Fields<Op>): SuccessReplyOf<Op> {
    const reply = this.reply(op, this.send(op, nodeid, fields))
    if (reply === undefined) throw new Error(`${op} was not answered`)
    return reply
  }

  lookup(name: string, parent: NodeId = ROOT_ID) {
    return this.call('LOOKUP', parent, { name }).fuse_entry_out
  }

  attributes(node: NodeId) {
    return this.call('GETATTR', node, { fuse_getattr_in: { getattr_flags: 0, fh: 0 as FileHandle } }).fuse_attr_out
  }

  create(name: string, mode = 0o644, parent: NodeId = ROOT_ID) {
    const fuse_create_in = { flags: 2, mode: S_IFREG | mode, umask: 0, open_flags: 0 }
    const { fuse_entry_out, fuse_open_out } = this.call('CREATE', parent, { fuse_create_in, name })
    return { node: fuse_entry_out.nodeid, fh: fuse_open_out.fh, entry: fuse_entry_out }
  }

  mkdir(name: string, mode = 0o755, parent: NodeId = ROOT_ID): NodeId {
    return this.call('MKDIR', parent, { fuse_mkdir_in: { mode, umask: 0 }, name }).fuse_entry_out.nodeid
  }

  write(node: NodeId, fh: FileHandle, offset: number, data: Uint8Array, writeFlags = 0): number {
    const fuse_write_in = { fh, offset, size: data.length, write_flags: writeFlags, lock_owner: 0, flags: 0 }
    return this.call('WRITE', node, { fuse_write_in, data }).fuse_write_out.size
  }

  read(node: NodeId, fh: FileHandle, offset: number, size: number, flags = 0): Uint8Array {
    const fuse_read_in = { fh, offset, size, read_flags: 0, lock_owner: 0, flags }
    return this.call('READ', node, { fuse_read_in }).data
  }

  release(node: NodeId, fh: FileHandle): void {
    this.call('RELEASE', node, { fuse_release_in: { fh, flags: 0, release_flags: 0, lock_owner: 0 } })
  }

  forget(nodeid: NodeId, nlookup: number): void {
    this.send('FORGET', nodeid, { fuse_forget_in: { nlookup } })
  }
}
