import { PassthroughFileSystem } from '#src/fs/index.js'
import type { ChangePlace, Modification } from '#src/index.js'
import { mount } from '#src/mount.js'

/*
 * A directory, cached for ever. Run with the mount point, the directory, and `watchable` if changes are to be repeated for
 * watchers. Says `ready` over IPC once that can be; is told of changes, and says `told` when they hold and watchers have heard
 * of all (`repeated`); says its counters when it is asked (`?`), and how it went when it has unmounted (`unmount`).
 */

/** What it can be told. */
export type Told =
  | { readonly is: 'modified'; readonly path: string; readonly what?: Modification }
  | { readonly is: 'created' | 'removed'; readonly path: string }
  | { readonly is: 'renamed'; readonly from: ChangePlace; readonly to: ChangePlace }

const [, , mountpoint, source, watchable] = process.argv
const mounted = await mount(new PassthroughFileSystem(source!), mountpoint!, {
  fsname: 'watchable',
  watchable: watchable === 'watchable',
  entryTimeoutMs: Infinity,
  attrTimeoutMs: Infinity,
  negativeTimeoutMs: Infinity,
  keepCache: true,
})

/** Whoever asked may be gone, or the mount. */
function say(message: unknown): void {
  if (process.connected) process.send?.(message)
}

async function tell(edits: readonly Told[]): Promise<void> {
  await mounted.changes.batch((batch) => {
    for (const edit of edits) {
      if (edit.is === 'modified') batch.modified(edit.path, edit.what)
      else if (edit.is === 'renamed') batch.renamed(edit.from, edit.to)
      else batch[edit.is](edit.path)
    }
  })
  say('told')
  await repeated()
  say('repeated')
}

/** Until nothing waits for its turn, and the last is done. */
async function repeated(): Promise<void> {
  while (mounted.watchable.state === 'starting' || mounted.stats().watchable.queued > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function leave(): Promise<void> {
  const how = await mounted.unmount().then(
    () => 'unmounted',
    (error: unknown) => `unmount failed: ${String(error)}`,
  )
  say(how)
}

let leaving: Promise<void> | undefined
process.on('message', (message: '?' | 'unmount' | { readonly tell: readonly Told[] }) => {
  if (message === 'unmount') {
    leaving = leave()
    return
  }
  if (message === '?') {
    const { watchable: counts, requests, knownNodes } = mounted.stats()
    say({ status: mounted.watchable, counts, requests, knownNodes })
    return
  }
  void tell(message.tell)
})
await repeated()
say('ready')
await mounted.closed.catch(() => undefined)
await leaving
process.disconnect?.()
