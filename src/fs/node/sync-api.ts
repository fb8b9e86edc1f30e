import {
  callMethod,
  NodeApi,
  type NodeFile,
  type NodePath,
  type NodeStats,
  type NodeSync,
  type NodeTime,
} from './api.js'

/** Calls the functions whose names end in `Sync`. What they throw, the promises of this class reject with. */
export class SyncApi extends NodeApi {
  private readonly fs: NodeSync

  constructor(fs: NodeSync) {
    super()
    this.fs = fs
  }

  override async open(path: NodePath, flags: number, mode: number): Promise<NodeFile> {
    return new SyncFile(this.fs, callMethod(this.fs, 'openSync', [path, flags, mode]) as number)
  }

  protected override async call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return callMethod(this.fs, `${name}Sync`, args)
  }
}

/** Calls the functions that take a descriptor. */
class SyncFile implements NodeFile {
  private readonly fs: NodeSync
  private readonly fd: number

  constructor(fs: NodeSync, fd: number) {
    this.fs = fs
    this.fd = fd
  }

  async stat(): Promise<NodeStats> {
    return this.call('fstatSync', { bigint: true }) as NodeStats
  }

  async read(into: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return this.call('readSync', into, offset, length, position) as number
  }

  async write(from: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return this.call('writeSync', from, offset, length, position) as number
  }

  async truncate(size: number): Promise<void> {
    this.call('ftruncateSync', size)
  }

  async chmod(mode: number): Promise<void> {
    this.call('fchmodSync', mode)
  }

  async chown(uid: number, gid: number): Promise<void> {
    this.call('fchownSync', uid, gid)
  }

  async utimes(atime: NodeTime, mtime: NodeTime): Promise<void> {
    this.call('futimesSync', atime, mtime)
  }

  async sync(): Promise<void> {
    this.call('fsyncSync')
  }

  async datasync(): Promise<void> {
    this.call('fdatasyncSync')
  }

  async close(): Promise<void> {
    this.call('closeSync')
  }

  private call(name: string, ...args: readonly unknown[]): unknown {
    return callMethod(this.fs, name, [this.fd, ...args])
  }
}
