import { countedName, body, data, ignored, nodeIds, type Part } from './parts.js'
import {
  fuse_notify_delete_out,
  fuse_notify_inval_entry_out,
  fuse_notify_inval_inode_out,
  fuse_notify_poll_wakeup_out,
  fuse_notify_prune_out,
  fuse_notify_retrieve_out,
  fuse_notify_store_out,
} from './structs/notify.js'

/** One notification with everything that the protocol says of it. */
export interface NotifyRow {
  /** Stands in `fuse_out_header.error`, as a positive number. */
  readonly code: number
  /** Minor of protocol 7 in which it appeared. */
  readonly since: number
  readonly out: readonly Part[]
  readonly note: string
}

function row<const O extends readonly Part[]>(
  code: number,
  since: number,
  out: O,
  note: string,
): Omit<NotifyRow, 'out'> & { readonly out: O } {
  return { code, since, out, note }
}

/** Every notification of the protocol. */
export const NOTIFICATIONS = {
  POLL: row(1, 11, [body(fuse_notify_poll_wakeup_out)], 'wakes those who poll the file'),
  INVAL_INODE: row(
    2,
    12,
    [body(fuse_notify_inval_inode_out)],
    'attributes are stale, and the pages of the range; off < 0: attributes only; len <= 0: to the end',
  ),
  INVAL_ENTRY: row(
    3,
    12,
    [body(fuse_notify_inval_entry_out), countedName('name', fuse_notify_inval_entry_out, 'namelen')],
    'the name is to be looked up again; flag EXPIRE_ONLY (since 7.38) keeps what is known of the object',
  ),
  STORE: row(
    4,
    15,
    [body(fuse_notify_store_out), data('data', fuse_notify_store_out, 'size')],
    'puts bytes into the page cache',
  ),
  RETRIEVE: row(5, 15, [body(fuse_notify_retrieve_out)], 'asks for bytes of the page cache; answered by NOTIFY_REPLY'),
  DELETE: row(
    6,
    18,
    [body(fuse_notify_delete_out), countedName('name', fuse_notify_delete_out, 'namelen')],
    'the name was removed, and the object with it; watchers of the object hear of it',
  ),
  RESEND: row(
    7,
    40,
    [ignored],
    'requests that were read and not answered come again, with UNIQUE_RESEND set in unique, to be answered under that',
  ),
  INC_EPOCH: row(8, 44, [ignored], 'every name is to be looked up again'),
  PRUNE: row(
    9,
    45,
    [body(fuse_notify_prune_out), nodeIds('nodeid', fuse_notify_prune_out, 'count')],
    'drops what is cached of these objects, where nobody uses it',
  ),
} as const satisfies Record<string, NotifyRow>

/** The name of a notification, such as `'INVAL_INODE'`. */
export type NotifyName = keyof typeof NOTIFICATIONS

const NAMES: ReadonlyMap<number, NotifyName> = new Map(
  Object.entries(NOTIFICATIONS).map(([name, { code }]) => [code, name as NotifyName]),
)

/** The name of notification `code`, or undefined if protocol 7.45 has none with that number. */
export function notifyName(code: number): NotifyName | undefined {
  return NAMES.get(code)
}
