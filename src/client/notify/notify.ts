import { ERRNO } from '../../base/errno.js'
import type { MessageBuffer } from '../../protocol/message.js'
import { notifyName, type NotifyName } from '../../protocol/notify-codes.js'
import { fuse_notify_poll_wakeup_out } from '../../protocol/structs/notify.js'
import type { Core } from '../core.js'
import { BODY, bodyLength, u64At } from './body.js'
import { dropEntry, invalEntry } from './entry.js'
import { invalInode } from './inode.js'
import { prune } from './prune.js'
import { retrieve } from './retrieve.js'
import { store } from './store.js'

/** What write(2) on the device answers: 0 or a negated errno, later if it has to wait. */
type Verdict = number | Promise<number>

/**
 * Obeys a notification, as the kernel does in the context of the one that sends it: the order of the checks, the effects of
 * what fails half-way, and what it waits for are the kernel's.
 */
export function obey(core: Core, message: MessageBuffer, end: number, code: number): Verdict {
  const name = notifyName(code)
  return name === undefined ? -ERRNO.EINVAL : HANDLERS[name](core, message, end)
}

const HANDLERS: Readonly<Record<NotifyName, (core: Core, message: MessageBuffer, end: number) => Verdict>> = {
  POLL(core, message, end) {
    if (bodyLength(end) !== fuse_notify_poll_wakeup_out.size) return -ERRNO.EINVAL
    core.polls.wake(u64At(message, BODY))
    return 0
  },
  INVAL_INODE: invalInode,
  INVAL_ENTRY: invalEntry,
  STORE: store,
  RETRIEVE: retrieve,
  DELETE: dropEntry,
  RESEND(core) {
    core.connection.resend()
    return 0
  },
  INC_EPOCH(core) {
    core.epoch += 1
    return 0
  },
  PRUNE: prune,
}
