/*
 * The new content of a file is put into the kernel's page cache before anybody asks for it: STORE. Then it is read back from
 * there: RETRIEVE. The program ends with an error if the bytes differ.
 *
 *   npm run example -- notify-store-retrieve -f --update-interval=1 /tmp/mnt
 *
 * and in another terminal, again and again: cat /tmp/mnt/current_time
 * The time goes on, though READ is not asked for; with --no-notify it stands still.
 */
import type { NodeId, Notifier } from 'fusewire'
import { CachedFiles, currentTime } from './lib/clock.js'
import { commandLine, run } from './lib/run.js'

const FILE = 2 as NodeId

const line = commandLine({ 'update-interval': { type: 'string' }, 'no-notify': { type: 'boolean' } })
const intervalMs = line.ms('update-interval', 1000)
const file = { node: FILE, content: currentTime() }

async function storeAndCheck(notify: Notifier): Promise<void> {
  const { content } = file
  const { outcome } = await notify.store(FILE, 0, content)
  // Nobody has looked at the file yet, so the kernel has no place for its bytes.
  if (outcome !== 'applied') return
  const found = await notify.retrieve(FILE, 0, content.length)
  // Nothing: whoever had it in use has let go of it meanwhile.
  if (found.length === 0 || content.equals(found)) return
  console.error(
    `stored ${JSON.stringify(content.toString())}, retrieved ${JSON.stringify(Buffer.from(found).toString())}`,
  )
  process.exit(1)
}

await run(new CachedFiles({ current_time: file }), line, {}, ({ notify }) => {
  setInterval(() => {
    file.content = currentTime()
    if (line.values['no-notify'] !== true) void storeAndCheck(notify)
  }, intervalMs)
})
