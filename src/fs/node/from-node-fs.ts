import type { FileSystem } from '../../server/filesystem.js'
import { hasMethod, type NodeApi, type NodeFsLike, type NodePromises, type NodeSync } from './api.js'
import type { OpenConstants } from './flags.js'
import type { NodeFsOptions } from './options.js'
import { Paths } from './paths.js'
import { PromisesApi } from './promises-api.js'
import { SyncApi } from './sync-api.js'
import { WatchedNodeFileSystem } from './watched-file-system.js'

/** Without these nothing can be served. */
const NEEDED = ['lstat', 'readdir', 'open'] as const

/**
 * A filesystem that serves anything with Node's `fs` API: `node:fs`, `memfs`, `@zenfs/core` and others.
 *
 * **What it calls.** `fs.promises` if there is one, else the functions with `Sync` at the end of their names, else the
 * object itself as if it were `fs.promises`; `api` of the options chooses. Needed are `lstat`, `readdir` and `open`, and of
 * open files `stat`, `read` and `close`. The others are optional, and what needs one that is missing fails with ENOSYS:
 * `readlink`, `mkdir`, `rmdir`, `unlink`, `rename`, `link`, `symlink`, `chmod`, `lchown`, `lutimes`, `access`, `statfs`, and of open files
 * `write`, `truncate`, `sync`, `datasync`, `chmod`, `chown`, `utimes`. Functions that take callbacks are not called.
 *
 * **What it answers.** An error with the name of an errno as its `code` is the answer to the caller. Hard links are one
 * file where the fs has numbers for its objects (`dev`, `ino`). A file that was unlinked works on as long as it is open, as
 * far as the fs lets it. The kernel checks permissions by mode and owner (`defaultPermissions`); what is made belongs to
 * its caller if this process may give files away, and to this process if not. Changes that others make to the files are
 * seen when the timeouts have run out; or at once with the cache `push`, where the fs has a `watch` that loses nothing, as that of
 * memfs (Node's own does lose changes, and is refused).
 *
 * **What Node cannot do.** No devices, FIFOs and sockets (EPERM), no flags of renameat2 (EINVAL), no extended attributes,
 * fallocate and O_TMPFILE (EOPNOTSUPP). Locks are kept by the kernel, between the users of this mount alone. Times are set
 * to some 200 ns, before 1970 to 1 ms, both at once: to set one writes the other anew. Paths are as long as the fs takes them.
 *
 * @throws TypeError if `fs` lacks one of the needed functions
 */
export function fromNodeFs(fs: NodeFsLike, options: NodeFsOptions = {}): FileSystem {
  const promises = 'promises' in fs ? fs.promises : undefined
  const hasSync = hasMethod(fs, 'lstatSync')
  const kind = options.api ?? (promises === undefined && hasSync ? 'sync' : 'promises')
  const chosen: object = kind === 'sync' ? fs : (promises ?? fs)
  for (const name of NEEDED) {
    const full = kind === 'sync' ? `${name}Sync` : name
    if (!hasMethod(chosen, full)) throw new TypeError(`this is no fs with Node's API (${kind}): it has no ${full}()`)
  }
  const api: NodeApi = kind === 'sync' ? new SyncApi(chosen as NodeSync) : new PromisesApi(chosen as NodePromises)
  const root = options.root ?? '/'
  const isOwn = isNodeFs(chosen)
  const paths = new Paths(root, options.bytePaths ?? isOwn)
  return new WatchedNodeFileSystem({ fs, isNodeFs: isOwn, root }, api, paths, constantsOf(fs, chosen), options)
}

/** The numbers of its flags, which are not Linux's on every system. */
function constantsOf(fs: object, chosen: object): OpenConstants {
  for (const owner of [fs, chosen]) {
    const constants: unknown = Reflect.get(owner, 'constants')
    if (typeof constants === 'object' && constants !== null) return constants as OpenConstants
  }
  return {}
}

/** Whether it is Node's own, which takes paths as bytes. Not imported: this file also runs where there is none. */
function isNodeFs(chosen: object): boolean {
  const node = globalThis.process?.getBuiltinModule?.('node:fs')
  if (node === undefined) return false
  return Reflect.get(chosen, 'lstat') === node.promises.lstat || Reflect.get(chosen, 'lstatSync') === node.lstatSync
}
