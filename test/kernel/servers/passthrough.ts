import { PassthroughFileSystem } from '#src/fs/passthrough/passthrough-fs.js'
import { mount, type MountOptions } from '#src/mount.js'

/*
 * A directory of the host. Run with the mount point, the directory and, as JSON, options of mount(). Says over IPC how
 * much it remembers when it is asked, and what faults it had when it ends.
 */

const [mountpoint, source, options = '{}'] = process.argv.slice(2)
const errors: string[] = []
const fs = new PassthroughFileSystem(source!)
const mounted = await mount(fs, mountpoint!, {
  fsname: 'passthrough',
  allowOther: true,
  onError: (error, request) => errors.push(`${request}: ${error instanceof Error ? error.stack : String(error)}`),
  ...(JSON.parse(options) as MountOptions),
})
process.on('message', () => process.send?.({ counts: fs.counts, errors: errors.splice(0) }))
process.send?.('ready')
await mounted.closed
fs.close()
process.disconnect?.()
