import { mount } from '#src/mount.js'
import { Toy, toyData } from './toy.js'

/* Serves the toy filesystem with this library: server MOUNTPOINT [THREADS]. */

const [mountpoint, threads] = process.argv.slice(2)
if (mountpoint === undefined) throw new Error('needs a mount point')
const options = { fsname: 'bench', allowOther: true, entryTimeoutMs: 0, attrTimeoutMs: 0 }
const mounted = await mount(new Toy(toyData()), mountpoint, options)
process.send?.(`ready ${threads ?? 1}`)
await mounted.closed
process.disconnect?.()
