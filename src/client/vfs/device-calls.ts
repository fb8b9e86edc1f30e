import { FUSE_IOCTL_DIR } from '../../protocol/flags/device.js'
import { FUSE_POLL_SCHEDULE_NOTIFY } from '../../protocol/flags/io.js'
import type { fuse_kstatfs } from '../../protocol/structs/attr.js'
import type { Core } from '../core.js'
import { Failure, failedWith, failure } from '../failure.js'
import type { Inode } from '../objects.js'
import type { Task } from '../task.js'
import { interruptible } from './file-locks.js'
import type { OpenFile } from './file.js'

/* Calls that pass through: statfs, poll, ioctl, bmap, syncfs. */

export type Statfs = ReturnType<typeof fuse_kstatfs.decode>

/** What is always ready: reading and writing. */
const DEFAULT_POLLMASK = 0x145

/** statfs(2), never cached. */
export async function statfs(core: Core, inode: Inode, task: Task): Promise<Statfs> {
  return (await core.call('STATFS', inode.nodeid, {}, task)).fuse_statfs_out.st
}

/** Which of `events` (POLLIN 1, POLLOUT 4 …) are ready now. After ENOSYS a file is always ready. */
export async function poll(core: Core, file: OpenFile, events: number, task: Task, waits = false): Promise<number> {
  file.check()
  const { features } = core.connection
  if (features.lacks('POLL')) return DEFAULT_POLLMASK & events
  file.pollKey ||= core.nextKey()
  try {
    const fuse_poll_in = { fh: file.fh, kh: file.pollKey, flags: waits ? FUSE_POLL_SCHEDULE_NOTIFY : 0, events }
    return (await core.call('POLL', file.inode.nodeid, { fuse_poll_in }, task)).fuse_poll_out.revents
  } catch (error) {
    if (!failedWith(error, 'ENOSYS')) throw error
    features.forgo('POLL')
    return DEFAULT_POLLMASK & events
  }
}

/** Waits until one of `events` is ready: asks again with each POLL notification. */
export async function pollUntilReady(core: Core, file: OpenFile, events: number, task: Task): Promise<number> {
  file.pollKey ||= core.nextKey()
  for (;;) {
    let woken: () => void = () => undefined
    const wake = new Promise<void>((resolve) => {
      woken = resolve
    })
    // Before it is asked: the notification may come with the answer.
    const stop = core.polls.wait(file.pollKey, woken)
    try {
      const ready = await poll(core, file, events, task, true)
      if (ready !== 0) return ready
      await interruptible(wake, task.signal)
    } finally {
      stop()
    }
  }
}

/** What ioctl(2) gave back. */
export interface IoctlAnswer {
  readonly result: number
  readonly data: Uint8Array
}

/** ioctl(2) with so much data for the server, and room for so much of it back. After ENOSYS: ENOTTY. */
export async function ioctl(
  core: Core,
  file: OpenFile,
  command: { readonly cmd: number; readonly arg: number; readonly data: Uint8Array; readonly outSize: number },
  task: Task,
): Promise<IoctlAnswer> {
  file.check()
  const { inode } = file
  if (inode.isDirectory && core.negotiated.minor < 18) throw failure('ENOTTY')
  const { cmd, arg, data, outSize } = command
  const flags = inode.isDirectory ? FUSE_IOCTL_DIR : 0
  const fuse_ioctl_in = { fh: file.fh, flags, cmd, arg, in_size: data.length, out_size: outSize }
  try {
    return await core.callWith('IOCTL', inode.nodeid, { fuse_ioctl_in, inData: data }, task, (reply) => {
      const { result, flags: outFlags } = reply.fuse_ioctl_out
      // Only CUSE may ask to be called again.
      if (outFlags !== 0) throw failure('EIO')
      if (result < 0) throw new Failure(-result)
      return { result, data: reply.outData.slice() }
    })
  } catch (error) {
    throw failedWith(error, 'ENOSYS') ? failure('ENOTTY') : error
  }
}

/** Where a block of the file is on its device; 0 where there is none: only on block-device mounts. */
export async function bmap(core: Core, file: OpenFile, block: number, blocksize: number, task: Task): Promise<number> {
  file.check()
  const { features } = core.connection
  if (!core.settings.blockDevice || features.lacks('BMAP')) return 0
  try {
    const fuse_bmap_in = { block, blocksize }
    return (await core.call('BMAP', file.inode.nodeid, { fuse_bmap_in }, task)).fuse_bmap_out.block
  } catch (error) {
    if (failedWith(error, 'ENOSYS')) features.forgo('BMAP')
    return 0
  }
}

/** The server is to write out all that it has: only on mounts that it trusts. */
export async function syncfs(core: Core, task: Task): Promise<void> {
  const { features } = core.connection
  if (!core.settings.blockDevice || features.lacks('SYNCFS')) return
  try {
    await core.call('SYNCFS', core.root.inode!.nodeid, { fuse_syncfs_in: {} }, task)
  } catch (error) {
    if (!failedWith(error, 'ENOSYS')) throw error
    features.forgo('SYNCFS')
  }
}
