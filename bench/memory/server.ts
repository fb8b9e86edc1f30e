import { PassthroughFileSystem } from '#src/fs/passthrough/passthrough-fs.js'
import { mount } from '#src/mount.js'

/*
 * Serves a directory at a mount point, and tells how much memory that takes whenever it is asked. Run with --expose-gc:
 * what is counted is what is kept, not what has not been collected yet.
 */

const [mountpoint, source] = process.argv.slice(2)
const fs = new PassthroughFileSystem(source!)
// What is kept of names for `mount.changes` is the mount's, and not counted: docs/changes.md tells how much that is.
const mounted = await mount(fs, mountpoint!, { fsname: 'fusewire-bench', allowOther: true, changes: false })
process.on('message', () => {
  gc?.()
  gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  process.send?.({ heapUsed, rss, nodes: fs.counts.nodes })
})
process.send?.('ready')
await mounted.closed
fs.close()
process.disconnect?.()
