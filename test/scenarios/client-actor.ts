import type { Client } from '#src/client/client.js'
import type { ClientDirectory } from '#src/client/face/directory-handle.js'
import type { ClientFileHandle } from '#src/client/face/file-handle.js'
import type { Stats } from '#src/client/face/stats.js'
import { digest } from '../helpers/digest.js'
import { statLine, type Operation } from './language.js'

const BASIC = { mask: 0x7ff }

/** Does what a program of a scenario does, on the client. */
export class ClientActor {
  private readonly fs: Client['fs']
  private readonly files = new Map<string, ClientFileHandle>()
  private readonly directories = new Map<string, ClientDirectory>()

  constructor(client: Client) {
    this.fs = client.fs
  }

  async perform(operation: Operation): Promise<string> {
    try {
      return await this.run(operation)
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }

  private async run(operation: Operation): Promise<string> {
    const { fs } = this
    switch (operation.op) {
      case 'stat':
        return shown(await fs.stat(operation.path, BASIC))
      case 'lstat':
        return shown(await fs.lstat(operation.path, BASIC))
      case 'readlink':
        return fs.readlink(operation.path)
      case 'list': {
        const directory = await fs.opendir(operation.path)
        const names: string[] = []
        for await (const entry of directory) names.push(entry.name)
        return `${names.length} ${names.slice(0, 5).join(' ')}`
      }
      case 'mkdir':
        await fs.mkdir(operation.path)
        return 'ok'
      case 'rmdir':
        await fs.rmdir(operation.path)
        return 'ok'
      case 'unlink':
        await fs.unlink(operation.path)
        return 'ok'
      case 'open': {
        const file = await fs.open(operation.path, operation.flags, 0o644)
        this.files.set(operation.file, file)
        return 'ok'
      }
      case 'opendir': {
        const directory = await fs.opendir(operation.path)
        this.directories.set(operation.file, directory)
        return 'ok'
      }
      case 'rename':
        await fs.rename(operation.path, operation.to)
        return 'ok'
      case 'link':
        await fs.link(operation.path, operation.to)
        return 'ok'
      case 'symlink':
        await fs.symlink(operation.target, operation.path)
        return 'ok'
      case 'chmod':
        await fs.chmod(operation.path, operation.mode)
        return 'ok'
      case 'chown':
        await fs.chown(operation.path, operation.uid, operation.gid)
        return 'ok'
      case 'utimes':
        await fs.setTimes(operation.path, operation.atime, operation.mtime)
        return 'ok'
      case 'access':
        await fs.access(operation.path, operation.mode)
        return 'ok'
      default:
        return this.onFile(operation)
    }
  }

  private async onFile(operation: Extract<Operation, { file: string }>): Promise<string> {
    const directory = this.directories.get(operation.file)
    if (directory !== undefined) return this.onDirectory(directory, operation)
    const file = this.files.get(operation.file)
    if (file === undefined) return 'no such file'
    switch (operation.op) {
      case 'open':
      case 'opendir':
      case 'readdir':
      case 'rewind':
        return 'no such directory'
      case 'fstat':
        return shown(await file.stat(BASIC))
      case 'close':
        this.files.delete(operation.file)
        await file.close()
        return 'ok'
      case 'seekEnd':
        return String(await file.seekEnd())
      case 'fsync':
        await file.sync()
        return 'ok'
      case 'read': {
        const into = new Uint8Array(operation.length)
        const { bytesRead } = await file.read(into, 0, operation.length, operation.offset ?? null)
        return digest(into.subarray(0, bytesRead))
      }
      case 'write':
        return String((await file.write(Buffer.from(operation.data), 0, null, operation.offset ?? null)).bytesWritten)
      case 'ftruncate':
        await file.truncate(operation.size)
        return 'ok'
      case 'copy': {
        const target = this.files.get(operation.to)
        if (target === undefined) return 'no such file'
        return String(await file.copyRange(operation.offset, target, operation.toOffset, operation.length))
      }
      case 'allocate':
        await file.allocate(operation.offset, operation.length, operation.mode)
        return 'ok'
    }
  }

  private async onDirectory(
    directory: ClientDirectory,
    operation: Extract<Operation, { file: string }>,
  ): Promise<string> {
    switch (operation.op) {
      case 'readdir': {
        const names: string[] = []
        while (names.length < operation.count) {
          const entry = await directory.read()
          if (entry === null) break
          names.push(entry.name)
        }
        return names.join(' ')
      }
      case 'rewind':
        directory.rewind()
        return 'ok'
      case 'fsync':
        await directory.sync()
        return 'ok'
      case 'close':
        this.directories.delete(operation.file)
        await directory.close()
        return 'ok'
      default:
        return 'is a directory'
    }
  }
}

function shown(stats: Stats): string {
  const { ino, mode, nlink, size, mtimeMs } = stats
  return statLine({ ino, mode, nlink, size, mtimeSec: Math.floor(mtimeMs / 1000) })
}
