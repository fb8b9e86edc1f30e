import { ProtocolError } from '../base/errors.js'
import { alignRecord, FUSE_EXT_GROUPS, FUSE_MAX_NR_SECCTX, RECORD_ALIGN } from './limits.js'
import { messageBuffer } from './message.js'
import { fuse_ext_header, fuse_secctx, fuse_supp_groups } from './structs/extension.js'
import { endOfText, readText, textLength, writeText } from './text.js'

/** One security context: the name of the extended attribute, and its value. */
export interface SecurityContext {
  readonly name: string
  readonly context: Uint8Array
}

/** What may follow a request that creates an object; see `Request.extensions`. */
export type Extension =
  | { readonly kind: 'secctx'; readonly contexts: readonly SecurityContext[] }
  | { readonly kind: 'suppGroups'; readonly groups: readonly number[] }
  /** A type that is not known; `data` is what follows the head, padding included. */
  | { readonly kind: 'unknown'; readonly type: number; readonly data: Uint8Array }

const HEAD = fuse_ext_header.size

/**
 * The extensions in the area behind a request. Bytes in the result are views of `area`.
 * @throws ProtocolError if a size or count does not fit
 */
export function readExtensions(area: Uint8Array): Extension[] {
  const { view, bytes } = messageBuffer(area)
  const found: Extension[] = []
  for (let at = 0; at < bytes.length;) {
    const { size, type } = fuse_ext_header.decode(view, at, bytes.length)
    if (size < HEAD || size % RECORD_ALIGN !== 0 || at + size > bytes.length) {
      throw new ProtocolError('fuse_ext_header', 'size', at, `is ${size}; ${bytes.length - at} bytes are left`)
    }
    const end = at + size
    if (type <= FUSE_MAX_NR_SECCTX) {
      found.push({ kind: 'secctx', contexts: readContexts(view, bytes, at + HEAD, end, type) })
    } else if (type === FUSE_EXT_GROUPS) {
      found.push({ kind: 'suppGroups', groups: readGroups(view, at + HEAD, end) })
    } else {
      found.push({ kind: 'unknown', type, data: bytes.subarray(at + HEAD, end) })
    }
    at = end
  }
  return found
}

function readContexts(view: DataView, bytes: Uint8Array, start: number, end: number, count: number): SecurityContext[] {
  const contexts: SecurityContext[] = []
  let at = start
  for (let i = 0; i < count; i += 1) {
    const { size } = fuse_secctx.decode(view, at, end)
    at += fuse_secctx.size
    const nul = endOfText(bytes, at, end, 'name')
    const name = readText(bytes, at, nul, false, 'name')
    at = nul + 1
    if (at + size > end) throw new ProtocolError('fuse_secctx', 'size', at, `is ${size}; ${end - at} bytes are left`)
    contexts.push({ name, context: bytes.subarray(at, at + size) })
    at += size
  }
  padded(at, end)
  return contexts
}

function readGroups(view: DataView, start: number, end: number): number[] {
  const { nr_groups } = fuse_supp_groups.decode(view, start, end)
  const first = start + fuse_supp_groups.size
  if (first + 4 * nr_groups > end) {
    throw new ProtocolError('fuse_supp_groups', 'nr_groups', start, `is ${nr_groups}; ${end - first} bytes are left`)
  }
  padded(first + 4 * nr_groups, end)
  return Array.from({ length: nr_groups }, (_, i) => view.getUint32(first + 4 * i, true))
}

function padded(at: number, end: number): void {
  if (end - at >= RECORD_ALIGN) throw new ProtocolError('fuse_ext_header', 'size', at, `${end - at} bytes too many`)
}

/**
 * The area that holds `extensions`, as `RequestInput.extensions` takes it.
 * @throws ProtocolError if one cannot be written
 */
export function writeExtensions(extensions: readonly Extension[]): Uint8Array {
  const sizes = extensions.map(extensionSize)
  const { view, bytes } = messageBuffer(sizes.reduce((sum, size) => sum + size, 0))
  let at = 0
  extensions.forEach((extension, i) => {
    const size = sizes[i]!
    fuse_ext_header.encode(view, at, { size, type: typeOf(extension) })
    let next = at + HEAD
    if (extension.kind === 'secctx') {
      for (const { name, context } of extension.contexts) {
        fuse_secctx.encode(view, next, { size: context.length })
        next = writeText(bytes, next + fuse_secctx.size, name, false, 'name')
        bytes.set(context, next)
        next += context.length
      }
    } else if (extension.kind === 'suppGroups') {
      fuse_supp_groups.encode(view, next, { nr_groups: extension.groups.length })
      extension.groups.forEach((group, j) => view.setUint32(next + fuse_supp_groups.size + 4 * j, group, true))
    } else bytes.set(extension.data, next)
    at += size
  })
  return bytes
}

function typeOf(extension: Extension): number {
  if (extension.kind === 'suppGroups') return FUSE_EXT_GROUPS
  if (extension.kind === 'unknown') {
    if (extension.type > FUSE_EXT_GROUPS) return extension.type
    throw new ProtocolError('fuse_ext_header', 'type', 4, `${extension.type} is not an unknown type`)
  }
  if (extension.contexts.length <= FUSE_MAX_NR_SECCTX) return extension.contexts.length
  throw new ProtocolError('fuse_secctx_header', 'nr_secctx', 4, `is above ${FUSE_MAX_NR_SECCTX}`)
}

function extensionSize(extension: Extension): number {
  if (extension.kind === 'suppGroups') return alignRecord(HEAD + fuse_supp_groups.size + 4 * extension.groups.length)
  if (extension.kind === 'unknown') return alignRecord(HEAD + extension.data.length)
  const one = ({ name, context }: SecurityContext) => fuse_secctx.size + textLength(name, 'name') + 1 + context.length
  return alignRecord(extension.contexts.reduce((sum, context) => sum + one(context), HEAD))
}
