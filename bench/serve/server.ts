import { mount } from '#src/mount.js'
import { toyData } from './toy.js'

/* Serves the toy filesystem with this library: server MOUNTPOINT [THREADS [LOOP]]. */

const [mountpoint, threads = '0', loop = 'auto'] = process.argv.slice(2)
if (mountpoint === undefined) throw new Error('needs a mount point')
const mounted = await mount(new URL('toy.js', import.meta.url), mountpoint, {
  fsname: 'bench',
  allowOther: true,
  entryTimeoutMs: 0,
  attrTimeoutMs: 0,
  // As libfuse, it takes no note of what the kernel has.
  changes: false,
  threads: Number(threads),
  loop: loop as 'auto' | 'reactor' | 'plain',
  data: toyData(),
})
process.send?.(`ready: ${mounted.loop.kind}, ${mounted.loop.reason}`)
await mounted.closed
process.disconnect?.()
