import { startGuardian } from '#src/kernel/guardian.js'
import { mountFuse } from '#src/kernel/mount-fuse.js'

/* Mounts, answers nothing, and has a guardian that it never tells anything. Says over IPC what it made. */

const { connection } = await mountFuse(process.argv[2]!, { fsname: 'guarded' })
const { status } = startGuardian({ connection })
process.send?.({ connection, status })
setInterval(() => undefined, 1000)
