import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import { mount } from '#src/mount.js'

/*
 * A memory filesystem. Run with the mount point and, if it is not to have the defaults, its options as JSON; answers what is
 * in use whenever it is asked.
 */

const [mountpoint, options = '{}'] = process.argv.slice(2)
if (mountpoint === undefined) throw new Error('needs a mount point')

const fs = new MemoryFileSystem(JSON.parse(options) as object)
const errors: string[] = []
const onError = (error: unknown, request: string) => errors.push(`${request}: ${String(error)}`)
const mounted = await mount(fs, mountpoint, { fsname: 'memory', allowOther: true, onError })
process.on('message', () => process.send?.({ ...fs.usage, errors }))
process.send?.('ready')
await mounted.closed
process.disconnect?.()
