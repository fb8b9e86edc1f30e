import { mount, type MountOptions } from '#src/mount.js'
import { SHARED } from '../isolates/shared.js'

/*
 * Mounts a module of test/kernel/isolates: threads MOUNTPOINT MODULE OPTIONS, the options as JSON. Says `ready`, or why not;
 * when it is asked, what it knows; when it is told to, it releases `hold` or unmounts; and in the end how it ended.
 */

const [mountpoint, module, json] = process.argv.slice(2)
const options = JSON.parse(json!) as MountOptions
const shared = new Int32Array(new SharedArrayBuffer(4 * SHARED.LENGTH))
const errors: string[] = []
try {
  const mounted = await mount(new URL(`../isolates/${module}.js`, import.meta.url), mountpoint!, {
    fsname: 'threads',
    allowOther: true,
    entryTimeoutMs: 0,
    data: shared,
    onError: (error, request) => errors.push(`${request}: ${String(error)}`),
    ...options,
  })
  process.on('message', (order) => {
    if (order === 'release') {
      Atomics.store(shared, SHARED.HELD_BY, 0)
      Atomics.notify(shared, SHARED.HELD_BY)
    } else if (order === 'force') void mounted.unmount({ mode: 'force' })
    else process.send?.({ shared: [...shared], errors, loop: mounted.loop.kind, threads: mounted.threads })
  })
  process.send?.('ready')
  await mounted.closed
  process.send?.({ ended: 'ordinarily', shared: [...shared] })
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  process.send?.({ ended: code, message })
}
process.disconnect?.()
