/*
 * Those who think in paths can invalidate by path. Two files change by themselves, and the kernel, which caches both for
 * ever, is told so by their paths: `current_time`, and `growing`, which is one byte longer each time.
 *
 *   npm run example -- invalidate-path -f --update-interval=1 /tmp/mnt
 *
 * and in another terminal, again and again: cat /tmp/mnt/current_time; wc -c /tmp/mnt/growing
 * Both change; with --no-notify neither does.
 */
import type { NodeId, Notifier, NotifyResult } from 'fusewire'
import { CachedFiles, currentTime } from './lib/clock.js'
import { commandLine, run } from './lib/run.js'

const line = commandLine({ 'update-interval': { type: 'string' }, 'no-notify': { type: 'boolean' } })
const intervalMs = line.ms('update-interval', 1000)
const files = {
  current_time: { node: 2 as NodeId, content: currentTime() },
  growing: { node: 3 as NodeId, content: Buffer.from('A') },
}

/** The kernel knows nodes, not paths: who made the nodes knows which is which. */
async function invalidatePath(notify: Notifier, path: string): Promise<NotifyResult> {
  const file = files[path.replace(/^\//, '') as keyof typeof files]
  return notify.invalInode(file.node)
}

await run(new CachedFiles(files), line, {}, ({ notify }) => {
  setInterval(() => {
    files.current_time.content = currentTime()
    files.growing.content = Buffer.concat([files.growing.content, Buffer.from('A')])
    if (line.values['no-notify'] === true) return
    for (const path of ['/current_time', '/growing']) void invalidatePath(notify, path)
  }, intervalMs)
})
