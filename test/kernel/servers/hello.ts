import { FileSystem } from '#src/server/filesystem.js'
import type { AttrResult, Entry, NegativeEntry, OpenResult } from '#src/server/results.js'
import type { GetattrRequest, SetattrRequest } from '#src/server/requests/attr.js'
import type { ReaddirRequest } from '#src/server/requests/dir.js'
import type { OpenRequest, ReadRequest, WriteRequest } from '#src/server/requests/file.js'
import type { GetxattrRequest } from '#src/server/requests/misc.js'
import type { ForgetRequest, NameRequest } from '#src/server/requests/name.js'
import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { mount } from '#src/mount.js'

/*
 * A small filesystem for device-level tests: files that answer at once, later, wrongly or never. Run with the mount point;
 * says over IPC what happens, and answers what it is asked.
 */

const NAMES = ['.', '..', 'hello', 'later', 'broken', 'never', 'notes'] as const
const node = (name: string) => ({ node: NAMES.indexOf(name as 'hello') as NodeId })
const text = (id: number) => Buffer.from(id === node('notes').node ? notes : `this is ${NAMES[id]}\n`)
let notes = ''

class Hello extends FileSystem {
  lookups = 0
  errors: string[] = []

  override lookup(req: NameRequest): Entry | NegativeEntry {
    const { node: found } = node(req.name)
    if (found < 2) return { node: 0 }
    this.lookups += 1
    return { node: found, ...this.attributes(found) }
  }

  override forget(req: ForgetRequest): void {
    this.lookups -= req.nlookup
  }

  override getattr(req: GetattrRequest): AttrResult {
    return this.attributes(req.node)
  }

  override setattr(req: SetattrRequest): AttrResult {
    if (req.node !== node('notes').node) throw new FuseError('EACCES')
    if (req.size !== undefined) notes = notes.slice(0, req.size)
    return this.attributes(req.node)
  }

  /** A page-cache read that is killed sends no INTERRUPT, for it is not the reader that waits for it. */
  override open(req: OpenRequest): OpenResult {
    return { directIo: req.node === node('never').node }
  }

  override readdir(req: ReaddirRequest): void {
    for (let i = Number(req.offset); i < NAMES.length; i += 1) {
      if (!req.add(NAMES[i]!, i + 1, i < 2 ? 0o40000 : 0o100000, i + 1)) return
    }
  }

  override read(req: ReadRequest): number | Promise<number> {
    const fill = () => text(req.node).copy(req.buffer, 0, req.offset, req.offset + req.size)
    switch (NAMES[req.node]) {
      case 'broken':
        throw new TypeError('a fault of the handler')
      case 'later':
        return new Promise((resolve) => setTimeout(() => resolve(fill()), 20))
      case 'never':
        process.send?.('reading')
        return new Promise((_resolve, reject) => {
          req.signal.addEventListener('abort', () => {
            process.send?.('interrupted')
            reject(new FuseError('EINTR'))
          })
        })
      default:
        return fill()
    }
  }

  override async write(req: WriteRequest): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve))
    notes = notes.slice(0, req.offset) + Buffer.from(req.data).toString()
    return req.data.length
  }

  override getxattr(req: GetxattrRequest): Uint8Array {
    if (req.name !== 'user.kind') throw new FuseError('ENODATA')
    return Buffer.from('greeting')
  }

  private attributes(id: number): AttrResult {
    if (id === 1) return { attr: { mode: 0o40755, nlink: 2 } }
    return { attr: { mode: 0o100666, size: text(id).length } }
  }
}

const fs = new Hello()
const onError = (error: unknown, request: string) => fs.errors.push(`${request}: ${String(error)}`)
const loop = (process.env['FUSEWIRE_TEST_LOOP'] ?? 'auto') as 'auto' | 'plain'
const options = { fsname: 'hello', allowOther: true, entryTimeoutMs: 0, attrTimeoutMs: 0, onError, loop }
const mounted = await mount(fs, process.argv[2]!, options)
process.on('message', () => process.send?.({ lookups: fs.lookups, errors: fs.errors }))
process.send?.('ready')
await mounted.closed
process.send?.({ ended: 'ordinarily' })
process.disconnect?.()
