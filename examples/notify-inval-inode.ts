/*
 * The kernel caches the content of a file for ever, and is told when it changes: INVAL_INODE.
 *
 *   npm run example -- notify-inval-inode -f --update-interval=1 /tmp/mnt
 *
 * and in another terminal, again and again: cat /tmp/mnt/current_time
 * The time goes on; with --no-notify it stands still.
 */
import type { NodeId } from 'fusewire'
import { CachedFiles, currentTime } from './lib/clock.js'
import { commandLine, run } from './lib/run.js'

const FILE = 2 as NodeId

const line = commandLine({ 'update-interval': { type: 'string' }, 'no-notify': { type: 'boolean' } })
const intervalMs = line.ms('update-interval', 1000)
const file = { node: FILE, content: currentTime() }

await run(new CachedFiles({ current_time: file }), line, {}, ({ notify }) => {
  setInterval(() => {
    file.content = currentTime()
    if (line.values['no-notify'] === true) return
    // Not awaited: a READ of this file that is being answered does not wait for it.
    void notify.invalInode(FILE)
  }, intervalMs)
})
