/*
 * The kernel is asked to let go of a file that nobody uses: PRUNE. It answers with FORGET, and only then the content changes,
 * so that nobody can have the old one in a cache.
 *
 *   npm run example -- notify-prune -f --update-interval=1 /tmp/mnt
 *
 * and in another terminal: cat /tmp/mnt/current_time; sleep 2; cat /tmp/mnt/current_time
 * The time has changed, and the program has printed "prune sent" and "prune complete"; with --no-notify it stands still.
 */
import type { ForgetRequest, NameRequest, NodeId } from 'fusewire'
import { CachedFiles, currentTime } from './lib/clock.js'
import { commandLine, run } from './lib/run.js'

const FILE = 2 as NodeId

class Prunable extends CachedFiles {
  /** How often the kernel has looked the file up, and not forgotten it. */
  lookups = 0
  isPruned = false

  override lookup(req: NameRequest) {
    const entry = super.lookup(req)
    this.lookups += 1
    return entry
  }

  override forget({ node, nlookup }: ForgetRequest): void {
    if (node !== FILE) return
    this.lookups -= nlookup
    if (this.lookups > 0 || !this.isPruned) return
    file.content = currentTime()
    console.log('prune complete')
  }
}

const line = commandLine({ 'update-interval': { type: 'string' }, 'no-notify': { type: 'boolean' } })
const intervalMs = line.ms('update-interval', 1000)
const file = { node: FILE, content: currentTime() }
const fs = new Prunable({ current_time: file })

await run(fs, line, {}, ({ notify }) => {
  const timer = setInterval(() => {
    if (fs.lookups === 0 || line.values['no-notify'] === true) return
    clearInterval(timer)
    fs.isPruned = true
    console.log('prune sent')
    void notify.prune([FILE])
  }, intervalMs)
})
