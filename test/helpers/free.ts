import { abortConnection } from '#src/kernel/fusectl.js'
import { connectionNumber, findMount, isFuse, readMounts } from '#src/kernel/mountinfo.js'
import { MNT } from '#src/sys/constants.js'
import { umountSync } from '#src/sys/mount.js'

/**
 * Ends the connection of whatever is mounted at `path`, and takes it away. The guardian of a server that was just killed may
 * do the same at the same time.
 */
export function free(path: string): void {
  for (const entry of readMounts().filter(({ mountpoint }) => mountpoint === path)) {
    if (isFuse(entry)) abortConnection(connectionNumber(entry))
    try {
      umountSync(path, MNT.DETACH)
    } catch (error) {
      if (findMount(path) !== undefined) throw error
    }
  }
}
