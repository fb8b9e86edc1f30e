/*
 * Sixteen files, `0` to `F`, that a producer fills with bytes now and then and that are drained by reading. Who polls them
 * sleeps until there is something to read: POLL.
 *
 *   npm run example -- poll -f /tmp/mnt
 *
 * and in another terminal, for example:
 *   python3 -c "import os, select; f = os.open('/tmp/mnt/0', os.O_RDONLY); p = select.poll(); p.register(f, select.POLLIN)
 *   while True: p.poll(); print(os.read(f, 10))"
 */
import { FileSystem, FuseError, ROOT_ID } from 'fusewire'
import type { AttrResult, Entry, GetattrRequest, NameRequest, NodeId, OpenRequest, OpenResult } from 'fusewire'
import type { PollHandle, PollRequest, ReaddirRequest, ReadRequest, ReleaseRequest } from 'fusewire'
import { commandLine, run } from './lib/run.js'

const NAMES = '0123456789ABCDEF'
const [FIRST, MOST, POLLIN] = [2, 10, 1]

class Drained extends FileSystem {
  /** How many bytes each file has. */
  private readonly counts = Array.from(NAMES, () => 0)
  private readonly isOpen = Array.from(NAMES, () => false)
  private readonly handles: (PollHandle | undefined)[] = []

  override lookup({ parent, name }: NameRequest): Entry {
    const index = name.length === 1 ? NAMES.indexOf(name) : -1
    if (parent !== ROOT_ID || index < 0) throw new FuseError('ENOENT')
    return { node: (FIRST + index) as NodeId, attr: { mode: 0o100444 } }
  }

  override getattr({ node }: GetattrRequest): AttrResult {
    return { attr: node === ROOT_ID ? { mode: 0o40755, nlink: 2 } : { mode: 0o100444 } }
  }

  override readdir(req: ReaddirRequest): void {
    for (let i = Number(req.offset); i < NAMES.length; i += 1) {
      if (!req.add(NAMES[i]!, FIRST + i, 0o100444, i + 1)) return
    }
  }

  override open({ node }: OpenRequest): OpenResult {
    if (this.isOpen[node - FIRST] === true) throw new FuseError('EBUSY')
    this.isOpen[node - FIRST] = true
    // What is read is gone: nothing may be cached, and there is no position.
    return { directIo: true, nonseekable: true }
  }

  override release({ node }: ReleaseRequest): void {
    this.isOpen[node - FIRST] = false
    this.handles[node - FIRST] = undefined
  }

  override read({ node, size }: ReadRequest): Uint8Array {
    const index = node - FIRST
    const taken = Math.min(size, this.counts[index]!)
    this.counts[index]! -= taken
    return Buffer.alloc(taken, NAMES[index])
  }

  override poll({ node, handle }: PollRequest): number {
    if (handle !== undefined) this.handles[node - FIRST] = handle
    return this.counts[node - FIRST]! > 0 ? POLLIN : 0
  }

  /** One byte more for a file, and a word to who waits for it. */
  produce(index: number): void {
    if (this.counts[index]! < MOST) this.counts[index]! += 1
    void this.handles[index]?.wake()
    this.handles[index] = undefined
  }
}

const line = commandLine({ 'update-interval': { type: 'string' } })
const intervalMs = line.ms('update-interval', 250)
const fs = new Drained()
let next = 0
await run(fs, line, {}, () => {
  setInterval(() => {
    for (let i = 0; i < 4; i += 1) fs.produce((next + 4 * i) % NAMES.length)
    next += 1
  }, intervalMs)
})
