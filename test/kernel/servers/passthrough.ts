import { PassthroughFileSystem } from '#src/fs/passthrough/passthrough-fs.js'
import { mount, type MountOptions } from '#src/mount.js'

/*
 * A directory of the host. Run with the mount point, the directory and, as JSON, options of mount(); with `threads` by as
 * many isolates that share its nodes. Says over IPC how much it remembers, and what faults it had, when it is asked.
 */

const MODULE = new URL('../../../../dist/fs/passthrough/module.js', import.meta.url)

const [mountpoint, source, json = '{}'] = process.argv.slice(2)
const options = JSON.parse(json) as MountOptions
const errors: string[] = []
const shared = PassthroughFileSystem.share()
const fs = new PassthroughFileSystem(source!, { shared })
const mounted = await mount(options.threads === undefined ? fs : MODULE, mountpoint!, {
  fsname: 'passthrough',
  allowOther: true,
  data: { source, options: { shared } },
  onError: (error, request) => errors.push(`${request}: ${error instanceof Error ? error.stack : String(error)}`),
  ...options,
})
process.on('message', () => process.send?.({ counts: fs.counts, errors: errors.splice(0) }))
process.send?.('ready')
await mounted.closed
fs.close()
process.disconnect?.()
