import { PassthroughFileSystem } from '#src/fs/index.js'
import { mount, type MountOptions } from '#src/index.js'

/*
 * A directory, mounted so that the kernel caches for ever: told what changes, as `fusewire mount` does, or, for comparison, not
 * told. Run with the directory, the mount point and `push` or `untold`; unmounts on SIGTERM.
 */

const FOR_EVER: MountOptions = {
  entryTimeoutMs: Infinity,
  attrTimeoutMs: Infinity,
  negativeTimeoutMs: Infinity,
  keepCache: true,
  cacheDir: true,
  init: { autoInvalidateData: false, explicitInvalidateData: 'auto' },
}

const [source, mountpoint, how] = process.argv.slice(2)
const fs = new PassthroughFileSystem(source!)
const mounted = await mount(fs, mountpoint!, {
  ...(how === 'push' ? { cache: 'push' } : FOR_EVER),
  unmountOn: ['SIGTERM', 'SIGINT'],
})
process.send?.('ready')
await mounted.closed
fs.close()
process.disconnect?.()
