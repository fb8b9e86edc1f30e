/*
 * A directory with one file whose name is the current time. The kernel remembers for ever (or for --timeout=SECONDS) which
 * names there are, and is told when the name has changed: INVAL_ENTRY; with --only-expire in a way that keeps what it knows
 * of the file if it turns out to be the same; with --inc-epoch by INC_EPOCH, which is about all names at once.
 *
 *   npm run example -- notify-inval-entry -f --update-interval=1 /tmp/mnt
 *
 * and in another terminal: file=$(ls /tmp/mnt/Time_*); stat "$file"; sleep 1; stat "$file"
 * The second stat fails, for the name is gone; with --no-notify it still succeeds.
 */
import { FileSystem, FuseError, ROOT_ID } from 'fusewire'
import type { AttrResult, Entry, GetattrRequest, NameRequest, NodeId, OpenResult, ReaddirRequest } from 'fusewire'
import { clock } from './lib/clock.js'
import { commandLine, run } from './lib/run.js'

const FILE = 2 as NodeId

const line = commandLine({
  'update-interval': { type: 'string' },
  timeout: { type: 'string' },
  'no-notify': { type: 'boolean' },
  'only-expire': { type: 'boolean' },
  'inc-epoch': { type: 'boolean' },
})
const intervalMs = line.ms('update-interval', 1000)
const { values } = line
const timeoutMs = line.ms('timeout', Infinity)
let name = timeName()

/** Time_is_12h_34m_56s */
function timeName(): string {
  const [hours, minutes, seconds] = clock().split(':')
  return `Time_is_${hours}h_${minutes}m_${seconds}s`
}

class TimeName extends FileSystem {
  override lookup(req: NameRequest): Entry {
    if (req.parent !== ROOT_ID || req.name !== name) throw new FuseError('ENOENT')
    return { node: FILE, attr: { mode: 0o100444 }, entryTimeoutMs: timeoutMs, attrTimeoutMs: timeoutMs }
  }

  override getattr({ node }: GetattrRequest): AttrResult {
    return { attr: node === ROOT_ID ? { mode: 0o40755, nlink: 2 } : { mode: 0o100444 }, attrTimeoutMs: timeoutMs }
  }

  /** Without this the kernel would cache the listing too, which INC_EPOCH does not touch. */
  override opendir(): OpenResult {
    return { cacheDir: false }
  }

  override readdir(req: ReaddirRequest): void {
    if (req.offset === 0) req.add(name, FILE, 0o100444, 1)
  }
}

await run(new TimeName(), line, {}, ({ notify }) => {
  setInterval(() => {
    const old = name
    name = timeName()
    if (values['no-notify'] === true || name === old) return
    if (values['inc-epoch'] === true) void notify.incEpoch()
    else void notify.invalEntry(ROOT_ID, old, { expireOnly: values['only-expire'] === true })
  }, intervalMs)
})
