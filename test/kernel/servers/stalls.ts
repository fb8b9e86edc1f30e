import { FuseError } from '#src/base/errors.js'
import { ROOT_ID } from '#src/base/ids.js'
import { mount } from '#src/mount.js'
import type { Notifier } from '#src/notify/notifier.js'
import type { Negotiated } from '#src/protocol/negotiated.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { NameRequest } from '#src/server/requests/name.js'
import type { AttrResult } from '#src/server/results.js'

/*
 * A filesystem with the mistake of awaiting, within the handler of LOOKUP, a notification that waits for that LOOKUP: for
 * the name `awaits`. For `later` it does right. Run with the mount point and options of mount() as JSON; says over IPC what
 * the watchdog says.
 */

class Stalls extends FileSystem {
  private notifier!: Notifier

  override init(_kernel: Negotiated, notifier: Notifier): void {
    this.notifier = notifier
  }
  override async lookup(req: NameRequest): Promise<never> {
    if (req.name === 'awaits') await this.notifier.invalEntry(ROOT_ID, 'any')
    if (req.name === 'later') {
      req.afterReply(() => void this.notifier.invalEntry(ROOT_ID, 'any').then(() => process.send?.('later')))
    }
    throw new FuseError('ENOENT')
  }
  override getattr(): AttrResult {
    return { attr: { mode: 0o40755, nlink: 2 } }
  }
}

const mounted = await mount(new Stalls(), process.argv[2]!, {
  fsname: 'stalls',
  onStall: (stall) => process.send?.({ stall, inFlight: mounted.inFlight() }),
  ...(JSON.parse(process.argv[3] ?? '{}') as object),
})
process.send?.('ready')
await mounted.closed.catch((error: unknown) => process.send?.({ aborted: String(error) }))
process.disconnect?.()
