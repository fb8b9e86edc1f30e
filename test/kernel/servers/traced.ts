import { FuseError } from '#src/base/errors.js'
import { ROOT_ID } from '#src/base/ids.js'
import { mount } from '#src/mount.js'
import type { FileSystem } from '#src/server/filesystem.js'
import type { TraceEvent } from '#src/trace-reader.js'

/*
 * An empty directory whose messages are traced. Run with the mount point; says `ready` over IPC, and whenever it is asked
 * the lines of a trace that it then starts or stops: all that `onMessage` saw, the trace, nothing, and so on. Sends a
 * notification of each kind of lane right before it stops one.
 */

const fs: FileSystem = {
  getattr: () => ({ attr: { mode: 0o40755 } }),
  lookup: () => {
    throw new FuseError('ENOENT')
  },
}

let lines: string[] = []
let onMessage: ((event: TraceEvent) => void) | undefined = ({ line }) => void lines.push(line)
const mounted = await mount(fs, process.argv[2]!, { fsname: 'traced', onMessage: (event) => onMessage?.(event) })
let trace: AsyncIterableIterator<TraceEvent> | undefined

process.on('message', () => void answer())
process.send?.('ready')
await mounted.closed
process.disconnect?.()

async function answer(): Promise<void> {
  if (trace !== undefined) {
    await mounted.notify.resend().catch(() => undefined)
    await mounted.notify.store(ROOT_ID, 0, new Uint8Array(2)).catch(() => undefined)
  }
  process.send?.(lines)
  lines = []
  onMessage = undefined
  if (trace === undefined) void follow((trace = mounted.trace()))
  else void trace.return?.()
}

async function follow(events: AsyncIterable<TraceEvent>): Promise<void> {
  for await (const { line } of events) lines.push(line)
}
