import type { NodeId } from '../../base/ids.js'
import type { RequestOf } from '../../protocol/message.js'
import { readExtensions } from '../../protocol/extensions.js'
import { RequestContext, type RequestHost } from '../context.js'

/* Requests about names. `parent` is the directory, `name` a name in it: not empty, without '/' or NUL. */

/** LOOKUP, UNLINK, RMDIR. */
export class NameRequest extends RequestContext {
  readonly parent: NodeId
  readonly name: string

  constructor(host: RequestHost, message: RequestOf<'LOOKUP' | 'UNLINK' | 'RMDIR'>) {
    super(host, message.header)
    this.parent = message.header.nodeid
    this.name = message.name
  }
}

/** FORGET, and each record of BATCH_FORGET. It has no caller, and gets no answer. */
export interface ForgetRequest {
  readonly node: NodeId
  /** How many lookups of the node are taken back. */
  readonly nlookup: number
}

/** A request that makes an object. Its owner is the caller; the extensions say more, if they were negotiated. */
class MakeRequest extends RequestContext {
  readonly parent: NodeId
  readonly name: string
  /** Security contexts and groups for the new object, undecoded: see `readExtensions` of `fusewire/protocol`. */
  readonly extensions: Uint8Array | undefined

  constructor(host: RequestHost, message: RequestOf<'SYMLINK' | 'MKNOD' | 'MKDIR' | 'CREATE' | 'TMPFILE'>) {
    super(host, message.header)
    this.parent = message.header.nodeid
    this.name = message.name
    this.extensions = message.extensions
  }

  /**
   * The group of the directory, if it is one of the caller's supplementary groups; else none. Told only with
   * CREATE_SUPP_GROUP (since 7.38). Decoded when asked for.
   * @throws ProtocolError if the extensions are malformed
   */
  get suppGroups(): readonly number[] {
    if (this.extensions === undefined) return []
    const found = readExtensions(this.extensions).find((extension) => extension.kind === 'suppGroups')
    return found?.groups ?? []
  }
}

/** SYMLINK. */
export class SymlinkRequest extends MakeRequest {
  readonly target: string

  constructor(host: RequestHost, message: RequestOf<'SYMLINK'>) {
    super(host, message)
    this.target = message.target
  }
}

/** MKNOD. */
export class MknodRequest extends MakeRequest {
  /** Type and permissions. The umask is applied already, unless DONT_MASK was negotiated. */
  readonly mode: number
  /** Device number, in the kernel's 32-bit form. */
  readonly rdev: number
  readonly umask: number

  constructor(host: RequestHost, message: RequestOf<'MKNOD'>) {
    super(host, message)
    this.mode = message.fuse_mknod_in.mode
    this.rdev = message.fuse_mknod_in.rdev
    this.umask = message.fuse_mknod_in.umask
  }
}

/** MKDIR. */
export class MkdirRequest extends MakeRequest {
  /** Permissions, without the type. The umask is applied already, unless DONT_MASK was negotiated. */
  readonly mode: number
  readonly umask: number

  constructor(host: RequestHost, message: RequestOf<'MKDIR'>) {
    super(host, message)
    this.mode = message.fuse_mkdir_in.mode
    this.umask = message.fuse_mkdir_in.umask
  }
}

/** CREATE: makes a file and opens it. TMPFILE: the same without a name (`name` is '/'). */
export class CreateRequest extends MakeRequest {
  /** Type and permissions. The umask is applied already, unless DONT_MASK was negotiated. */
  readonly mode: number
  readonly umask: number
  /** Those of open(2). */
  readonly flags: number
  /** FUSE_OPEN_ flags. */
  readonly openFlags: number

  constructor(host: RequestHost, message: RequestOf<'CREATE' | 'TMPFILE'>) {
    super(host, message)
    this.mode = message.fuse_create_in.mode
    this.umask = message.fuse_create_in.umask
    this.flags = message.fuse_create_in.flags
    this.openFlags = message.fuse_create_in.open_flags
  }
}

/** RENAME and RENAME2. */
export class RenameRequest extends RequestContext {
  readonly parent: NodeId
  readonly name: string
  readonly newParent: NodeId
  readonly newName: string
  /** Those of renameat2(2): RENAME_NOREPLACE 1, RENAME_EXCHANGE 2, RENAME_WHITEOUT 4; 0 for a plain RENAME. */
  readonly flags: number

  constructor(host: RequestHost, message: RequestOf<'RENAME'> | RequestOf<'RENAME2'>) {
    super(host, message.header)
    this.parent = message.header.nodeid
    this.name = message.oldname
    this.newParent = message.op === 'RENAME' ? message.fuse_rename_in.newdir : message.fuse_rename2_in.newdir
    this.newName = message.newname
    this.flags = message.op === 'RENAME' ? 0 : message.fuse_rename2_in.flags
  }
}

/** LINK: another name for `node`. */
export class LinkRequest extends RequestContext {
  override readonly node: NodeId
  readonly newParent: NodeId
  readonly newName: string

  constructor(host: RequestHost, message: RequestOf<'LINK'>) {
    super(host, message.header)
    this.node = message.fuse_link_in.oldnodeid
    this.newParent = message.header.nodeid
    this.newName = message.newname
  }
}
