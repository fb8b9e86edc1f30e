import { digest } from '../helpers/digest.js'
import { posix } from '../helpers/posix.js'
import { SEEK } from '../helpers/posix/constants.js'
import { statLine, type Operation } from './language.js'
import { OpenDirectory } from './open-directory.js'
import { answerQuestions } from './rpc.js'

/*
 * A program of a scenario, on a mount of Linux: each operation is one system call. It blocks as they do, and may be killed.
 * Its argument is the mount point. It lives longer than a scenario, and closes everything after each.
 */

const root = process.argv[2]!
const at = (path: string) => `${root}${path}`
const files = new Map<string, number>()
const directories = new Map<string, OpenDirectory>()
/** How to close what is open, whether it still has a name or not. */
const open = new Map<number | OpenDirectory, () => void>()

function run(operation: Operation): string {
  switch (operation.op) {
    case 'stat':
      return shown(posix.stat(at(operation.path)))
    case 'lstat':
      return shown(posix.lstat(at(operation.path)))
    case 'readlink':
      return posix.readlink(at(operation.path)).toString()
    case 'list': {
      const directory = new OpenDirectory(at(operation.path))
      try {
        const names = directory.read(Infinity)
        return `${names.length} ${names.slice(0, 5).join(' ')}`
      } finally {
        directory.close()
      }
    }
    case 'open': {
      const fd = posix.open(at(operation.path), operation.flags, 0o644)
      open.set(fd, () => posix.close(fd))
      files.set(operation.file, fd)
      return 'ok'
    }
    case 'opendir': {
      const directory = new OpenDirectory(at(operation.path))
      open.set(directory, () => directory.close())
      directories.set(operation.file, directory)
      return 'ok'
    }
    case 'fstat':
    case 'close':
    case 'fsync':
    case 'seekEnd':
    case 'rewind':
    case 'read':
    case 'readdir':
    case 'write':
    case 'ftruncate':
    case 'allocate':
    case 'copy': {
      const directory = directories.get(operation.file)
      return directory === undefined ? onFile(operation) : onDirectory(directory, operation)
    }
    default:
      change(operation)
      return 'ok'
  }
}

type OnFile = Exclude<Extract<Operation, { file: string }>, { op: 'open' | 'opendir' }>

function onFile(operation: OnFile): string {
  const fd = files.get(operation.file)
  if (fd === undefined) return 'no such file'
  switch (operation.op) {
    case 'fstat':
      return shown(posix.fstat(fd))
    case 'read': {
      const { length, offset } = operation
      return digest(offset === undefined ? posix.read(fd, length) : posix.pread(fd, length, offset))
    }
    case 'write': {
      const { data, offset } = operation
      return String(offset === undefined ? posix.write(fd, data) : posix.pwrite(fd, data, offset))
    }
    case 'seekEnd': {
      const before = posix.lseek(fd, 0, SEEK.CUR)
      const end = posix.lseek(fd, 0, SEEK.END)
      posix.lseek(fd, before, SEEK.SET)
      return String(end)
    }
    case 'close':
      files.delete(operation.file)
      open.delete(fd)
      posix.close(fd)
      return 'ok'
    case 'fsync':
      posix.fsync(fd)
      return 'ok'
    case 'ftruncate':
      posix.ftruncate(fd, operation.size)
      return 'ok'
    case 'copy': {
      const target = files.get(operation.to)
      if (target === undefined) return 'no such file'
      return String(posix.copyFileRange(fd, operation.offset, target, operation.toOffset, operation.length))
    }
    case 'allocate':
      posix.fallocate(fd, operation.mode, operation.offset, operation.length)
      return 'ok'
    case 'readdir':
    case 'rewind':
      return 'no such directory'
  }
}

function onDirectory(directory: OpenDirectory, operation: OnFile): string {
  switch (operation.op) {
    case 'readdir':
      return directory.read(operation.count).join(' ')
    case 'rewind':
      directory.rewind()
      return 'ok'
    case 'fsync':
      directory.sync()
      return 'ok'
    case 'close':
      directories.delete(operation.file)
      open.delete(directory)
      directory.close()
      return 'ok'
    default:
      return 'is a directory'
  }
}

function change(operation: Exclude<Operation, OnFile>): void {
  switch (operation.op) {
    case 'mkdir':
      posix.mkdir(at(operation.path))
      break
    case 'rmdir':
      posix.rmdir(at(operation.path))
      break
    case 'unlink':
      posix.unlink(at(operation.path))
      break
    case 'rename':
      posix.rename(at(operation.path), at(operation.to))
      break
    case 'link':
      posix.link(at(operation.path), at(operation.to))
      break
    case 'symlink':
      posix.symlink(operation.target, at(operation.path))
      break
    case 'chmod':
      posix.chmod(at(operation.path), operation.mode)
      break
    case 'chown':
      posix.chown(at(operation.path), operation.uid, operation.gid)
      break
    case 'utimes':
      posix.utimensat(at(operation.path), newTime(operation.atime), newTime(operation.mtime))
      break
    case 'access':
      posix.access(at(operation.path), operation.mode)
      break
    default:
      throw new Error(`nothing to do for ${operation.op}`)
  }
}

function newTime(time: number | 'now' | undefined): bigint | 'now' | 'omit' {
  return time === 'now' ? 'now' : time === undefined ? 'omit' : BigInt(time) * 1_000_000_000n
}

function shown(stat: ReturnType<typeof posix.stat>): string {
  return statLine({ ...stat, mtimeSec: Number(stat.mtime / 1_000_000_000n) })
}

function perform(operation: Operation): string {
  const seen = codeOf(() => run(operation))
  barrier()
  return seen
}

function codeOf(what: () => string): string {
  try {
    return what()
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === undefined) throw error
    return code
  }
}

/** A request and its answer: whatever was sent before has been read by then. */
function barrier(): void {
  codeOf(() => {
    posix.statfs(root)
    return ''
  })
}

/** Closes all that is open. Nobody is told what goes wrong. */
function reset(): void {
  for (const close of open.values()) {
    codeOf(() => {
      close()
      return ''
    })
  }
  for (const map of [open, files, directories]) map.clear()
}

posix.umask(0o022)
answerQuestions({ ready: () => true, perform, barrier, reset })
process.on('disconnect', () => process.exit(0))
