import type { FileHandle, NodeId } from '#src/base/ids.js'
import { mountFuse } from '#src/kernel/mount-fuse.js'
import { MessageCodec } from '#src/protocol/codec.js'
import type { MessageBuffer, Request } from '#src/protocol/message.js'
import { answerInit } from '#src/protocol/negotiate.js'
import { libuvLoop } from '#src/sys/libuv.js'
import { LoopEntry } from '#src/sys/loop-entry.js'
import { DeviceTransport } from '#src/transport/device.js'
import { Reactor } from '#src/transport/device-reactor.js'
import type { Received } from '#src/transport/transport.js'

/*
 * A toy filesystem straight on the device transport: one file `f` that is never cached. Reads of it at offset 8192 and
 * beyond are answered a turn of the event loop later. Run with the mount point; speaks over IPC: `ready`, then, whenever
 * it is asked, what it has counted.
 */

const ENOENT = 2
const ENOSYS = 38
const FILE = 2 as NodeId
const SIZE = 1 << 20

const [mountpoint] = process.argv.slice(2)
const loop = libuvLoop()
if (mountpoint === undefined || !loop.available) throw new Error('needs a mount point, and the loop of the main thread')

let ticks = 0
let requests = 0
setInterval(() => (ticks += 1), 10).unref()

const mount = await mountFuse(mountpoint, { fsname: 'toy', allowOther: true })
const reactor = new Reactor(loop, new LoopEntry())
const transport = new DeviceTransport(mount.fd, reactor)
let codec = new MessageCodec()

transport.start({
  receive(message, end): Received {
    requests += 1
    const request = codec.decodeRequest(message, 0, end)
    if (request.op === 'READ' && request.fuse_read_in.offset >= 8192) {
      void Promise.resolve().then(() => reply(request))
      return 'pending'
    }
    reply(request)
    return 'done'
  },
  ended(error) {
    process.send?.({ ended: error?.message ?? 'ordinarily' })
    process.disconnect?.()
  },
})
process.on('message', () => process.send?.({ ticks, requests, reactor: reactor.stats, cpu: process.cpuUsage() }))
process.send?.('ready')

/** Nothing is due for FORGET and its kin. */
function reply(request: Request): void {
  if (request.op === 'FORGET' || request.op === 'BATCH_FORGET' || request.op === 'INTERRUPT') return
  const out = transport.borrow()
  transport.send(out, answer(request, out))
}

function answer(request: Request, out: MessageBuffer): number {
  const { op } = request
  const { unique, nodeid } = request.header
  const fail = (errno: number) => codec.encodeOutHeader(out, 0, unique, errno, 0)
  switch (op) {
    case 'INIT': {
      const { initOut, negotiated } = answerInit(request.fuse_init_in)
      codec = new MessageCodec(negotiated)
      return codec.encodeReply(out, 0, { op, unique, fuse_init_out: initOut })
    }
    case 'LOOKUP': {
      if (request.name !== 'f') return fail(ENOENT)
      const valid = { entry_valid: 0, attr_valid: 0, entry_valid_nsec: 0, attr_valid_nsec: 0 }
      const fuse_entry_out = { nodeid: FILE, generation: 0 as never, ...valid, attr: attributes(FILE) }
      return codec.encodeReply(out, 0, { op, unique, fuse_entry_out })
    }
    case 'GETATTR': {
      const fuse_attr_out = { attr_valid: 0, attr_valid_nsec: 0, attr: attributes(nodeid) }
      return codec.encodeReply(out, 0, { op, unique, fuse_attr_out })
    }
    case 'OPEN': {
      const fuse_open_out = { fh: 1 as FileHandle, open_flags: 1, backing_id: 0 }
      return codec.encodeReply(out, 0, { op, unique, fuse_open_out })
    }
    case 'READ': {
      const { offset, size } = request.fuse_read_in
      const length = Math.max(0, Math.min(size, SIZE - offset))
      for (let i = 0; i < length; i += 1) out.bytes[16 + i] = (offset + i) % 251
      return codec.encodeOutHeader(out, 0, unique, 0, length) + length
    }
    case 'FLUSH':
    case 'RELEASE':
      return codec.encodeReply(out, 0, { op, unique })
    default:
      return fail(ENOSYS)
  }
}

function attributes(node: NodeId) {
  const times = { atime: 0, mtime: 0, ctime: 0, atimensec: 0, mtimensec: 0, ctimensec: 0 }
  const isFile = node === FILE
  const mode = isFile ? 0o100444 : 0o40755
  const size = isFile ? SIZE : 0
  return { ino: node, size, blocks: 0, ...times, mode, nlink: 1, uid: 0, gid: 0, rdev: 0, blksize: 4096, flags: 0 }
}
