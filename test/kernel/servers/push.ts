import { PassthroughFileSystem } from '#src/fs/passthrough/passthrough-fs.js'
import { mount, type MountOptions } from '#src/mount.js'

/*
 * A directory of the host, mounted so that the kernel caches for ever. Run with the mount point and the directory; when it is asked it
 * says which messages there were since it was last asked, how many watches there are, and what went wrong.
 */

const [mountpoint, source, json = '{}'] = process.argv.slice(2)
const { maxWatches, ...options } = JSON.parse(json) as MountOptions & { readonly maxWatches?: number }
const errors: string[] = []
const warnings: string[] = []
let lines: string[] = []
process.on('warning', ({ message }) => warnings.push(message))
const fs = new PassthroughFileSystem(source!, maxWatches === undefined ? {} : { maxWatches })
const mounted = await mount(fs, mountpoint!, {
  fsname: 'push',
  allowOther: true,
  cache: 'push',
  onError: (error, request) => errors.push(`${request}: ${error instanceof Error ? error.stack : String(error)}`),
  onMessage: ({ line }) => lines.length < 200_000 && lines.push(line),
  ...options,
})
process.on('message', () => {
  process.send?.({ lines, errors, warnings, watches: fs.watchCounts, notify: mounted.stats().notify })
  lines = []
})
process.send?.('ready')
await mounted.closed
fs.close()
process.disconnect?.()
