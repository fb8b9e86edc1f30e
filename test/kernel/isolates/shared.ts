import { readFile } from 'node:fs/promises'
import { MessageChannel, threadId } from 'node:worker_threads'
import { FuseError } from '#src/base/errors.js'
import type { NodeId } from '#src/base/ids.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { GetattrRequest } from '#src/server/requests/attr.js'
import type { OpenRequest, ReadRequest } from '#src/server/requests/file.js'
import type { NameRequest } from '#src/server/requests/name.js'
import type { AttrResult, Entry, OpenResult } from '#src/server/results.js'

/*
 * A filesystem for several isolates, which share one array of numbers. What a file does when it is read, its name says.
 * Each file is 64 bytes long, and read past the page cache.
 */

/** What is where in the shared array. */
export const SHARED = {
  /** How many handlers of `both` there have been. */
  BOTH: 0,
  /** The thread whose handler of `hold` goes on when this is 0 again. */
  HELD_BY: 1,
  /** The thread that was the last to begin a handler of `never`; how many were begun, and aborted. */
  NEVER_IN: 2,
  BEGUN: 3,
  ABORTED: 4,
  /** How many isolates have been told what was negotiated. */
  INITIALISED: 5,
  LENGTH: 16,
} as const

const SIZE = 64
const FIRST = 2
const NAMES = ['thread', 'both', 'hold', 'never', 'later', 'exit', 'throw', 'stuck', 'fault'] as const
type Name = (typeof NAMES)[number]

class Shared extends FileSystem {
  private readonly shared: Int32Array

  constructor(shared: Int32Array) {
    super()
    this.shared = shared
  }

  override init(): void {
    Atomics.add(this.shared, SHARED.INITIALISED, 1)
  }

  override lookup(req: NameRequest): Entry {
    const index = NAMES.indexOf(req.name as Name)
    if (index < 0) throw new FuseError('ENOENT')
    const node = (FIRST + index) as NodeId
    return { node, attr: attributes(node).attr }
  }

  override getattr(req: GetattrRequest): AttrResult {
    return attributes(req.node)
  }

  override open(_req: OpenRequest): OpenResult {
    return { directIo: true }
  }

  override read(req: ReadRequest): Uint8Array | Promise<Uint8Array> {
    if (req.offset > 0) return new Uint8Array(0)
    const { shared } = this
    switch (NAMES[req.node - FIRST]!) {
      case 'thread':
        return answer(threadId)
      case 'both':
        // Goes on only once another one is here too, which must be in another thread: this one is not in reach.
        Atomics.add(shared, SHARED.BOTH, 1)
        Atomics.notify(shared, SHARED.BOTH)
        while (Atomics.load(shared, SHARED.BOTH) % 2 !== 0) Atomics.wait(shared, SHARED.BOTH, 1, 100)
        return answer(threadId)
      case 'hold':
        Atomics.store(shared, SHARED.HELD_BY, threadId)
        while (Atomics.load(shared, SHARED.HELD_BY) !== 0) Atomics.wait(shared, SHARED.HELD_BY, threadId, 100)
        return answer(threadId)
      case 'never':
        return this.never(req)
      case 'later':
        return later()
      case 'exit':
        process.exit(7)
      case 'throw':
        setTimeout(() => {
          throw new TypeError('a fault outside of every handler')
        })
        return new Promise(() => undefined)
      case 'stuck':
        for (;;) Atomics.add(shared, SHARED.HELD_BY, 0)
      case 'fault':
        throw new TypeError('a fault of the handler')
    }
  }

  private async never(req: ReadRequest): Promise<Uint8Array> {
    const aborted = new Promise<Uint8Array>((_resolve, reject) => {
      req.signal.addEventListener('abort', () => {
        Atomics.add(this.shared, SHARED.ABORTED, 1)
        reject(new FuseError('EINTR'))
      })
    })
    Atomics.store(this.shared, SHARED.NEVER_IN, threadId)
    Atomics.add(this.shared, SHARED.BEGUN, 1)
    return aborted
  }
}

/** Timers, messages and the pool of libuv, one after the other. */
async function later(): Promise<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve, 5))
  await new Promise((resolve) => setImmediate(resolve))
  const { port1, port2 } = new MessageChannel()
  await new Promise((resolve) => {
    port2.once('message', resolve)
    port1.postMessage(0)
  })
  port1.close()
  await readFile('/proc/self/stat')
  return answer(threadId)
}

function answer(value: unknown): Uint8Array {
  return Buffer.from(String(value).padEnd(SIZE))
}

function attributes(node: NodeId): AttrResult {
  return { attr: node === 1 ? { mode: 0o40755 } : { mode: 0o100444, size: SIZE }, attrTimeoutMs: 0 }
}

export default (data: unknown): FileSystem => new Shared(data as Int32Array)
