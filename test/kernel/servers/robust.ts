import { readdirSync } from 'node:fs'
import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { mount, type MountOptions } from '#src/mount.js'
import { FileSystem } from '#src/server/filesystem.js'
import { InFlight } from '#src/server/inflight.js'
import type { GetattrRequest, SetattrRequest } from '#src/server/requests/attr.js'
import type { ReaddirplusRequest, ReaddirRequest } from '#src/server/requests/dir.js'
import type { FlushRequest, OpenRequest, ReadRequest, ReleaseRequest, WriteRequest } from '#src/server/requests/file.js'
import type { GetxattrRequest, LockRequest, SetxattrRequest } from '#src/server/requests/misc.js'
import type {
  CreateRequest,
  ForgetRequest,
  LinkRequest,
  MkdirRequest,
  MknodRequest,
  NameRequest,
  SymlinkRequest,
} from '#src/server/requests/name.js'
import type { AttrResult, CreateResult, Entry, OpenResult, Statfs } from '#src/server/results.js'
import { Memory } from '#src/sys/memory.js'
import { DeviceTransport } from '#src/transport/device.js'
import type { Receiver } from '#src/transport/transport.js'

/*
 * A filesystem in memory whose files misbehave as their names say, and that counts what it gave: lookups, handles. Run
 * with the mount point and options as JSON. Says over IPC what happens, and what it has counted when it is asked.
 *
 * The word at the start of a name tells how a file is read (and statted, if it says so):
 */
const BEHAVIOURS: Readonly<Record<string, (req: ReadRequest, name: string) => Promise<void> | void>> = {
  /** Waits for the word, whatever else comes. */
  held: async (_req, name) => {
    say(`reading ${name}`)
    await new Promise<void>((resolve) => held.push(resolve))
  },
  /** Never answers. */
  never: async (_req, name) => {
    say(`reading ${name}`)
    await new Promise(() => undefined)
  },
  /** Waits until nobody waits for the answer any more. */
  patient: async (req, name) => {
    say(`reading ${name}`)
    await aborted(req.signal, name)
  },
  /** Asks for its signal only when INTERRUPT has been there. */
  late: async (req, name) => {
    say(`reading ${name}`)
    await new Promise<void>((resolve) => held.push(resolve))
    await aborted(req.signal, name)
  },
  /** Keeps the thread for a while. */
  busy: (_req, name) => {
    say(`reading ${name}`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
  },
  throws: () => {
    throw new TypeError('a fault of the handler')
  },
  rejects: async () => Promise.reject(new TypeError('a fault of the handler')),
  slow: async () => new Promise((resolve) => setTimeout(resolve, Math.random() * 10)),
}

interface Node {
  readonly id: NodeId
  readonly mode: number
  readonly names: Map<string, Node>
  readonly xattrs: Map<string, Buffer>
  name: string
  target: string
  data: Buffer
  nlink: number
}

const [mountpoint, json] = process.argv.slice(2) as [string, string]
const options = JSON.parse(json) as MountOptions
const held: (() => void)[] = []
const say = (what: string) => void process.send?.(what)

async function aborted(signal: AbortSignal, name: string): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  say(`aborted ${name}`)
  throw new FuseError('EINTR')
}

class Robust extends FileSystem {
  readonly lookups = new Map<NodeId, number>()
  readonly handles = new Map<number, NodeId>()
  readonly nodes = new Map<NodeId, Node>()
  errors = 0
  locked = 0
  largestWrite = 0
  largestRead = 0
  destroyed = 0
  private nextNode = 1
  private nextHandle = 1
  private readonly locksHeld = new Map<string, string>()

  constructor() {
    super()
    this.make('', 0o40755)
  }

  private make(name: string, mode: number, parent?: Node): Node {
    const id = this.nextNode as NodeId
    this.nextNode += 1
    const made = { id, mode, names: new Map(), xattrs: new Map(), name, target: '', data: Buffer.alloc(0), nlink: 1 }
    this.nodes.set(id, made)
    parent?.names.set(name, made)
    return made
  }

  private node(id: NodeId): Node {
    const found = this.nodes.get(id)
    if (found === undefined) throw new FuseError('ESTALE')
    return found
  }

  private attr({ mode, data, target, nlink, id }: Node): AttrResult {
    return { attr: { mode, nlink, size: target === '' ? data.length : target.length, ino: id } }
  }

  private counted(node: Node): Entry {
    this.lookups.set(node.id, (this.lookups.get(node.id) ?? 0) + 1)
    return { node: node.id, ...this.attr(node) }
  }

  /** A file with a name like `wrong` is answered with what cannot be sent. */
  private entry(node: Node): Entry {
    const entry = this.counted(node)
    return node.name.startsWith('wrong') ? { ...entry, attr: { ...entry.attr, size: -1 } } : entry
  }

  private opened(node: Node): OpenResult {
    const fh = this.nextHandle
    this.nextHandle += 1
    this.handles.set(fh, node.id)
    return { fh, directIo: /^(patient|late|never|held|busy|direct)/.test(node.name) }
  }

  override destroy(): Promise<void> | void {
    this.destroyed += 1
    say('destroyed')
    return options.subtype === 'held' ? new Promise((resolve) => held.push(resolve)) : undefined
  }

  override lookup(req: NameRequest): Entry {
    const found = this.node(req.parent).names.get(req.name)
    if (found !== undefined) return this.entry(found)
    // Those of a behaviour, and numbered files, are there when they are asked for.
    if (req.parent !== 1 || !/^(\w+-\d+|wrong-.*)$/.test(req.name)) throw new FuseError('ENOENT')
    const made = this.make(req.name, 0o100666, this.node(req.parent))
    made.data = Buffer.from(`this is ${req.name}\n`)
    return this.entry(made)
  }

  override forget({ node, nlookup }: ForgetRequest): void {
    const left = (this.lookups.get(node) ?? 0) - nlookup
    if (left < 0) say(`error: node ${node} was forgotten ${-left} times too often`)
    if (left === 0) this.lookups.delete(node)
    else this.lookups.set(node, left)
    if (left === 0 && this.nodes.get(node)?.nlink === 0) this.nodes.delete(node)
  }

  override getattr(req: GetattrRequest): AttrResult | Promise<AttrResult> {
    const node = this.node(req.node)
    if (node.name.startsWith('rejects')) return Promise.reject(new TypeError('a fault of the handler'))
    return this.attr(node)
  }

  override setattr(req: SetattrRequest): AttrResult {
    const node = this.node(req.node)
    if (req.size !== undefined) node.data = resized(node.data, req.size)
    return this.attr(node)
  }

  override readlink(req: { node: NodeId }): string {
    return this.node(req.node).target
  }

  override symlink(req: SymlinkRequest): Entry {
    const made = this.make(req.name, 0o120777, this.node(req.parent))
    made.target = req.target
    return this.entry(made)
  }

  override mknod(req: MknodRequest): Entry {
    return this.entry(this.make(req.name, req.mode, this.node(req.parent)))
  }

  override mkdir(req: MkdirRequest): Entry {
    return this.entry(this.make(req.name, 0o40000 | req.mode, this.node(req.parent)))
  }

  override link(req: LinkRequest): Entry {
    const node = this.node(req.node)
    node.nlink += 1
    this.node(req.newParent).names.set(req.newName, node)
    return this.entry(node)
  }

  override create(req: CreateRequest): CreateResult {
    const made = this.make(req.name, req.mode, this.node(req.parent))
    return { entry: this.entry(made), open: this.opened(made) }
  }

  override tmpfile(req: CreateRequest): CreateResult {
    const made = this.make('', req.mode)
    made.nlink = 0
    return { entry: this.entry(made), open: this.opened(made) }
  }

  override unlink(req: NameRequest): void {
    const parent = this.node(req.parent)
    const node = parent.names.get(req.name)
    if (node === undefined) throw new FuseError('ENOENT')
    parent.names.delete(req.name)
    node.nlink -= 1
    if (node.nlink === 0 && !this.lookups.has(node.id)) this.nodes.delete(node.id)
  }

  override rmdir(req: NameRequest): void {
    this.unlink(req)
  }

  override open(req: OpenRequest): OpenResult {
    return this.opened(this.node(req.node))
  }

  override opendir(req: OpenRequest): OpenResult {
    return this.opened(this.node(req.node))
  }

  override release(req: ReleaseRequest): void {
    if (!this.handles.delete(req.fh)) say(`error: handle ${req.fh} was released twice`)
  }

  override releasedir(req: ReleaseRequest): void {
    this.release(req)
  }

  override flush(_req: FlushRequest): void {}

  override read(req: ReadRequest): number | Promise<number> {
    const { name, data } = this.node(req.node)
    this.largestRead = Math.max(this.largestRead, req.size)
    const fill = () => data.copy(req.buffer, 0, req.offset, req.offset + req.size)
    const waiting = BEHAVIOURS[name.replace(/-.*/, '')]?.(req, name)
    return waiting === undefined ? fill() : waiting.then(fill)
  }

  override write(req: WriteRequest): number | Promise<number> {
    const node = this.node(req.node)
    this.largestWrite = Math.max(this.largestWrite, req.data.length)
    if (node.name.startsWith('throws')) throw new TypeError('a fault of the handler')
    const put = () => {
      if (node.data.length < req.offset + req.data.length) node.data = resized(node.data, req.offset + req.data.length)
      node.data.set(req.data, req.offset)
      return req.data.length
    }
    return node.name.startsWith('slow') ? new Promise((resolve) => setTimeout(() => resolve(put()), 2)) : put()
  }

  override readdir(req: ReaddirRequest): void {
    const names = [...this.node(req.node).names]
    for (let i = Number(req.offset); i < names.length; i += 1) {
      const [name, { id, mode }] = names[i]!
      if (!req.add(name, id, mode, i + 1)) return
    }
  }

  override readdirplus(req: ReaddirplusRequest): void {
    const directory = this.node(req.node)
    const names: [string, Node][] = [['.', directory], ['..', directory], ...directory.names]
    for (let i = Number(req.offset); i < names.length; i += 1) {
      const [name, node] = names[i]!
      if (i < 2) {
        if (!req.addName(name, node.id, node.mode, i + 1)) return
      } else if (req.add(name, { node: node.id, ...this.attr(node) }, i + 1)) this.counted(node)
      else return
    }
    if (directory.name.startsWith('faulty')) throw new TypeError('a fault after all entries')
  }

  override setxattr(req: SetxattrRequest): void {
    this.node(req.node).xattrs.set(req.name, Buffer.from(req.value))
  }

  override getxattr(req: GetxattrRequest): Uint8Array {
    const value = this.node(req.node).xattrs.get(req.name)
    if (value === undefined) throw new FuseError('ENODATA')
    return value
  }

  override statfs(): Statfs {
    return { blocks: 1000, files: this.nodes.size }
  }

  /** One lock for each file; who waits gives up on INTERRUPT. */
  override async setlk(req: LockRequest): Promise<void> {
    const [key, owner] = [String(req.node), String(req.owner)]
    this.locked += 1
    if (req.type === 2) {
      if (this.locksHeld.get(key) === owner) this.locksHeld.delete(key)
      return
    }
    while (this.locksHeld.has(key) && this.locksHeld.get(key) !== owner) {
      if (!req.wait) throw new FuseError('EAGAIN')
      say(`waiting ${this.node(req.node).name}`)
      const { signal } = req
      await Promise.race([
        new Promise<void>((resolve) => held.push(resolve)),
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            say(`aborted ${this.node(req.node).name}`)
            reject(new FuseError('EINTR'))
          }),
        ),
      ])
    }
    this.locksHeld.set(key, owner)
  }
}

function resized(data: Buffer, size: number): Buffer {
  const made = Buffer.alloc(size)
  data.copy(made, 0, 0, size)
  return made
}

/** Looks into what `mount` puts together: buffers that were made and are not free, and requests that are in flight. */
const inside = { transport: { length: 0, free: [] as unknown[] }, records: new Map<unknown, unknown>() }
const allocated: number[] = []
const allocate = Memory.allocate.bind(Memory)
Memory.allocate = (length) => {
  allocated.push(length)
  return allocate(length)
}
type Begin = (this: InFlight, ...args: Parameters<InFlight['begin']>) => void
const begin: Begin = Reflect.get(InFlight.prototype, 'begin')
InFlight.prototype.begin = function beginAndTell(this: InFlight, ...args) {
  inside.records = (this as unknown as typeof inside).records
  begin.apply(this, args)
}
const start: (this: DeviceTransport, receiver: Receiver) => void = Reflect.get(DeviceTransport.prototype, 'start')
DeviceTransport.prototype.start = function startAndTell(this: DeviceTransport, receiver) {
  inside.transport = this as unknown as typeof inside.transport
  start.call(this, receiver)
}

/** With some room behind the longest message. */
const buffers = () =>
  allocated.filter((length) => length >= inside.transport.length && length < inside.transport.length + 256).length

const fs = new Robust()
process.on('message', (message: { counts?: true; release?: true; unmount?: 'normal' | 'lazy' | 'force' }) => {
  if (message.counts === true) {
    const counts = {
      lookups: [...fs.lookups].map(([node, count]) => [fs.nodes.get(node)?.name ?? `node ${node}`, count]),
      handles: fs.handles.size,
      nodes: fs.nodes.size,
      errors: fs.errors,
      locked: fs.locked,
      largestWrite: fs.largestWrite,
      largestRead: fs.largestRead,
      destroyed: fs.destroyed,
      inFlight: inside.records.size,
      buffers: buffers() - inside.transport.free.length,
      descriptors: readdirSync('/proc/self/fd').length,
    }
    say(`counts ${JSON.stringify(counts)}`)
  }
  if (message.release === true) for (const release of held.splice(0)) release()
  if (message.unmount !== undefined) {
    mounted.unmount({ mode: message.unmount, timeoutMs: 5000 }).then(
      () => say('unmounted'),
      (error: { code: string }) => say(`not unmounted: ${error.code}`),
    )
  }
})

const onError = () => void (fs.errors += 1)
const mounted = await mount(fs, mountpoint, {
  allowOther: true,
  entryTimeoutMs: 0,
  attrTimeoutMs: 0,
  ...options,
  onError,
})
say('ready')
mounted.closed.then(
  () => say('closed'),
  (error: Error) => say(`closed: ${error.message}`),
)
