/*
 * A file `fioc` whose size an ioctl reads and sets.
 *
 *   npm run example -- ioctl -f /tmp/mnt
 *
 * and in another terminal:
 *   python3 -c "import fcntl, struct; f = open('/tmp/mnt/fioc', 'rb'); fcntl.ioctl(f, 0x40084501, struct.pack('Q', 10))"
 *   ls -l /tmp/mnt/fioc
 */
import { FileSystem, FuseError, ROOT_ID } from 'fusewire'
import type { AttrResult, Entry, GetattrRequest, IoctlRequest, IoctlResult, NameRequest, NodeId } from 'fusewire'
import type { ReaddirRequest, ReadRequest, SetattrRequest, WriteRequest } from 'fusewire'
import { commandLine, run } from './lib/run.js'

/** `_IOR('E', 0, size_t)` and `_IOW('E', 1, size_t)`. */
const [FIOC_GET_SIZE, FIOC_SET_SIZE] = [0x80084500, 0x40084501]
const FILE = 2 as NodeId
const LARGEST = 1 << 20

class Sized extends FileSystem {
  private content = Buffer.alloc(0)

  override lookup({ parent, name }: NameRequest): Entry {
    if (parent !== ROOT_ID || name !== 'fioc') throw new FuseError('ENOENT')
    return { node: FILE, ...this.attributes(), attrTimeoutMs: 0 }
  }

  override getattr({ node }: GetattrRequest): AttrResult {
    return node === ROOT_ID ? { attr: { mode: 0o40755, nlink: 2 } } : { ...this.attributes(), attrTimeoutMs: 0 }
  }

  override setattr({ size }: SetattrRequest): AttrResult {
    if (size !== undefined) this.resize(size)
    return this.attributes()
  }

  override readdir(req: ReaddirRequest): void {
    if (req.offset === 0) req.add('fioc', FILE, 0o100644, 1)
  }

  override read({ offset, size }: ReadRequest): Uint8Array {
    return this.content.subarray(offset, offset + size)
  }

  override write({ offset, data }: WriteRequest): number {
    if (offset + data.length > this.content.length) this.resize(offset + data.length)
    this.content.set(data, offset)
    return data.length
  }

  override ioctl({ cmd, data }: IoctlRequest): IoctlResult {
    switch (cmd) {
      case FIOC_GET_SIZE: {
        const size = Buffer.alloc(8)
        size.writeBigUInt64LE(BigInt(this.content.length))
        return { data: size }
      }
      case FIOC_SET_SIZE:
        this.resize(Number(Buffer.from(data).readBigUInt64LE()))
        return {}
      default:
        throw new FuseError('ENOTTY')
    }
  }

  private resize(size: number): void {
    if (size > LARGEST) throw new FuseError('EFBIG')
    const before = this.content
    this.content = Buffer.alloc(size)
    before.copy(this.content)
  }

  private attributes(): AttrResult {
    return { attr: { mode: 0o100644, size: this.content.length } }
  }
}

await run(new Sized(), commandLine())
