import {
  callMethod,
  NodeApi,
  type NodeFile,
  type NodePath,
  type NodePromises,
  type NodeStats,
  type NodeTime,
} from './api.js'

/** Calls `fs.promises`. */
export class PromisesApi extends NodeApi {
  private readonly fs: NodePromises

  constructor(fs: NodePromises) {
    super()
    this.fs = fs
  }

  override async open(path: NodePath, flags: number, mode: number): Promise<NodeFile> {
    return new PromisesFile((await callMethod(this.fs, 'open', [path, flags, mode])) as object)
  }

  protected override async call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return callMethod(this.fs, name, args)
  }
}

/** Calls a `FileHandle`. */
class PromisesFile implements NodeFile {
  private readonly handle: object

  constructor(handle: object) {
    this.handle = handle
  }

  async stat(): Promise<NodeStats> {
    return (await this.call('stat', { bigint: true })) as NodeStats
  }

  async read(into: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    const { bytesRead } = (await this.call('read', into, offset, length, position)) as { bytesRead: number }
    return bytesRead
  }

  async write(from: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    const { bytesWritten } = (await this.call('write', from, offset, length, position)) as { bytesWritten: number }
    return bytesWritten
  }

  async truncate(size: number): Promise<void> {
    await this.call('truncate', size)
  }

  async chmod(mode: number): Promise<void> {
    await this.call('chmod', mode)
  }

  async chown(uid: number, gid: number): Promise<void> {
    await this.call('chown', uid, gid)
  }

  async utimes(atime: NodeTime, mtime: NodeTime): Promise<void> {
    await this.call('utimes', atime, mtime)
  }

  async sync(): Promise<void> {
    await this.call('sync')
  }

  async datasync(): Promise<void> {
    await this.call('datasync')
  }

  async close(): Promise<void> {
    await this.call('close')
  }

  private async call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return callMethod(this.handle, name, args)
  }
}
