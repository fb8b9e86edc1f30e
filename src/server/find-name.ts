import { ERRNO } from '../base/errno.js'
import { errnoOf } from '../base/errors.js'
import type { NodeId, Unique } from '../base/ids.js'
import type { FileSystem } from './filesystem.js'
import { NameRequest } from './requests/name.js'
import { NOBODY } from './take-back.js'

/**
 * What a name is at this moment, by the filesystem's own word: a LOOKUP that nobody waits for, with uid, gid and pid 0, whose
 * answer is taken back at once.
 *
 * @returns 0 if there is nothing; undefined if the filesystem does not say
 */
export async function findName(fs: FileSystem, parent: NodeId, name: string): Promise<NodeId | 0 | undefined> {
  const caller = { uid: 0, gid: 0, pid: 0 }
  const header = { len: 0, opcode: 1, unique: 0 as Unique, nodeid: parent, ...caller, total_extlen: 0, padding: 0 }
  try {
    const found = await fs.lookup?.(new NameRequest(NOBODY, { op: 'LOOKUP', header, name }))
    if (found === undefined || found.node === 0) return found?.node
    fs.forget?.({ node: found.node, nlookup: 1 })
    return found.node
  } catch (error) {
    return errnoOf(error) === ERRNO.ENOENT ? 0 : undefined
  }
}
