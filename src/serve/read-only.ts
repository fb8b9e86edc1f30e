import { FuseError } from '../base/errors.js'
import type { FileSystem } from '../server/filesystem.js'
import type { OpenRequest } from '../server/requests/file.js'
import type { AccessRequest } from '../server/requests/misc.js'
import { around, type Method, type View } from './view.js'

const CHANGING: ReadonlySet<Method> = new Set<Method>([
  'setattr',
  'symlink',
  'mknod',
  'mkdir',
  'unlink',
  'rmdir',
  'rename',
  'link',
  'write',
  'create',
  'tmpfile',
  'setxattr',
  'removexattr',
  'fallocate',
  'copyFileRange',
])
const O_ACCMODE = 3
const O_TRUNC = 0o1000
const W_OK = 2

/** `fs`, of which nothing can be changed: EROFS, as a read-only mount has it. */
export function readOnly(fs: FileSystem): View {
  const view = around(fs, {
    before(method, request: unknown) {
      if (changes(method, request)) throw new FuseError('EROFS')
    },
  })
  if (fs.init !== undefined) view.init = (kernel, notify) => fs.init!(kernel, notify)
  if (fs.forget !== undefined) view.forget = (request) => fs.forget!(request)
  if (fs.destroy !== undefined) view.destroy = () => fs.destroy!()
  return view
}

function changes(method: Method, request: unknown): boolean {
  if (method === 'open') {
    const { flags } = request as OpenRequest
    return (flags & (O_ACCMODE | O_TRUNC)) !== 0
  }
  if (method === 'access') return ((request as AccessRequest).mask & W_OK) !== 0
  return CHANGING.has(method)
}
