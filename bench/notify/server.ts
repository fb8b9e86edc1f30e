import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { mount } from '#src/mount.js'
import type { Notifier } from '#src/notify/notifier.js'
import type { NotifyResult } from '#src/notify/result.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { GetattrRequest } from '#src/server/requests/attr.js'
import type { ReadRequest } from '#src/server/requests/file.js'
import type { NameRequest } from '#src/server/requests/name.js'
import type { AttrResult, Entry, OpenResult } from '#src/server/results.js'

/* The filesystem of native/notifier.c with this library, and the same loops: server MOUNTPOINT [LANE]. */

const [ROOT, DIRECTORY, BIG, CLOCK, FIRST, FILES] = [1, 2, 3, 4, 10, 4096]
const [PAGE, MIB, BIG_SIZE, RETRIEVED] = [4096, 1 << 20, 64 << 20, 128 << 10]
const FOR_EVER = { entryTimeoutMs: Infinity, attrTimeoutMs: Infinity }

class Files extends FileSystem {
  private readonly data = new Uint8Array(MIB)

  override lookup({ parent, name }: NameRequest): Entry {
    const node = find(parent, name)
    if (node === 0) throw new FuseError('ENOENT')
    return { node: node as NodeId, ...attributes(node) }
  }

  override getattr({ node }: GetattrRequest): AttrResult {
    return attributes(node)
  }

  override open(): OpenResult {
    return { keepCache: true }
  }

  override read({ size }: ReadRequest): Uint8Array {
    return this.data.subarray(0, size)
  }
}

function find(parent: number, name: string): number {
  if (parent === DIRECTORY && name.startsWith('f')) {
    const number = Number(name.slice(1))
    return number >= 0 && number < FILES ? FIRST + number : 0
  }
  return parent === ROOT ? ({ d: DIRECTORY, big: BIG, clock: CLOCK }[name] ?? 0) : 0
}

function attributes(node: number): AttrResult {
  const attr = { mode: node <= DIRECTORY ? 0o40755 : 0o100644, size: node === BIG ? BIG_SIZE : PAGE }
  return { attr, ...FOR_EVER }
}

const page = new Uint8Array(PAGE)
const mib = new Uint8Array(MIB)
const retrieved = new Uint8Array(RETRIEVED)
const names = Array.from({ length: FILES }, (_, i) => `f${i}`)

/** What each kind of line sends for its `i`-th notification. */
const KINDS: Readonly<Record<string, (notify: Notifier, i: number) => Promise<NotifyResult | Uint8Array>>> = {
  attributes: (notify, i) => notify.invalInode(file(i), { attributesOnly: true }),
  range: (notify, i) => notify.invalInode(file(i)),
  entry: (notify, i) => notify.invalEntry(DIRECTORY as NodeId, names[i % FILES]!),
  'store-4k': (notify, i) => notify.store(file(i), 0, page),
  'store-1m': (notify, i) => notify.store(BIG as NodeId, (i % 64) * MIB, mib),
  // Into one place for all, as in C.
  retrieve: (notify, i) => notify.retrieve(BIG as NodeId, (i * RETRIEVED) % BIG_SIZE, RETRIEVED, { into: retrieved }),
}

function file(i: number): NodeId {
  return (FIRST + (i % FILES)) as NodeId
}

async function run(notify: Notifier, kind: string, count: number): Promise<string> {
  const start = process.hrtime.bigint()
  const taken = kind === 'visible' ? await stamps(notify, count) : await batch(notify, KINDS[kind]!, count)
  return `${process.hrtime.bigint() - start} ${taken}`
}

/** As many at a time as somebody would send who changes many things at once. */
async function batch(notify: Notifier, send: (typeof KINDS)[string], count: number): Promise<number> {
  let taken = 0
  for (let i = 0; i < count;) {
    const sent: Promise<NotifyResult | Uint8Array>[] = []
    for (const end = Math.min(count, i + 1024); i < end; i += 1) sent.push(send(notify, i))
    for (const result of await Promise.all(sent)) {
      const isTaken = result instanceof Uint8Array ? result.length === RETRIEVED : result.outcome === 'applied'
      if (isTaken) taken += 1
    }
  }
  return taken
}

async function stamps(notify: Notifier, count: number): Promise<number> {
  const view = new DataView(page.buffer)
  for (let i = 0; i < count; i += 1) {
    await sleep(1)
    view.setBigInt64(0, process.hrtime.bigint(), true)
    await notify.store(CLOCK as NodeId, 0, page)
  }
  return count
}

const [mountpoint, lane] = process.argv.slice(2)
if (mountpoint === undefined) throw new Error('needs a mount point')
const mounted = await mount(new Files(), mountpoint, {
  fsname: 'bench',
  notifyVia: lane === 'threads' ? 'threads' : 'auto',
  // As libfuse, it takes no note of what the kernel has.
  changes: false,
})
for await (const line of createInterface({ input: process.stdin })) {
  const [kind = '', count = '0'] = line.split(' ')
  console.log(await run(mounted.notify, kind, Number(count)))
}
await mounted.unmount()
