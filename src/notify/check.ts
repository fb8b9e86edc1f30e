import { encodedNameLength } from '../base/name.js'
import type { NodeId } from '../base/ids.js'
import type { NotifyName } from '../protocol/notify-codes.js'
import { NotifyError } from './result.js'

/* Refuses what makes no sense before anything is sent. All throw a NotifyError. */

/** The kernel counts bytes of files in 63 bits, but this library's numbers end here. */
const MAX_OFFSET = Number.MAX_SAFE_INTEGER

export function checkNode(notification: NotifyName, node: NodeId): void {
  if (Number.isSafeInteger(node) && node > 0) return
  throw new NotifyError('EINVAL', notification, undefined, `${node} is no node id`)
}

/** @param maxNameBytes what the connection allows */
export function checkName(notification: NotifyName, parent: NodeId, name: string, maxNameBytes: number): void {
  checkNode(notification, parent)
  const bytes = encodedNameLength(name)
  const problem =
    bytes === 0
      ? 'the name is empty'
      : bytes < 0
        ? 'the name has a surrogate that stands for no byte'
        : name.includes('/')
          ? `the name '${name}' has a '/': notifications are about one name in a directory`
          : name.includes('\0')
            ? 'the name has a NUL'
            : undefined
  if (problem !== undefined) throw new NotifyError('EINVAL', notification, parent, problem)
  if (bytes <= maxNameBytes) return
  const limit = `the name has ${bytes} bytes, and this connection takes ${maxNameBytes}`
  throw new NotifyError('ENAMETOOLONG', notification, parent, limit)
}

/** A range of bytes; `length` may be Infinity for "to the end" where `endless` says so. */
export function checkRange(
  notification: NotifyName,
  node: NodeId,
  offset: number,
  length: number,
  endless: boolean,
): void {
  checkNode(notification, node)
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new NotifyError('EINVAL', notification, node, `offset ${offset} must be a whole number from 0`)
  }
  if (endless && length === Infinity) return
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new NotifyError('EINVAL', notification, node, `length ${length} must be a whole number from 0`)
  }
  if (offset + length > MAX_OFFSET) {
    throw new NotifyError(
      'EINVAL',
      notification,
      node,
      `${offset} + ${length} is past the last byte that a file can have`,
    )
  }
}
