import { PassthroughFileSystem } from '#src/fs/passthrough/passthrough-fs.js'
import { mount } from '#src/mount.js'

/* A directory that is mounted with the cache `push`. Run with the mount point and the directory. */

const [mountpoint, source] = process.argv.slice(2)
const fs = new PassthroughFileSystem(source!)
const mounted = await mount(fs, mountpoint!, { fsname: 'fusewire-bench', cache: 'push' })
process.send?.('ready')
await mounted.closed
fs.close()
process.disconnect?.()
