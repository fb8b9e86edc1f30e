import { posix } from '../helpers/posix.js'
import { digest, statLine, type Operation } from './language.js'
import { answerQuestions } from './rpc.js'

/*
 * A program of a scenario, on a mount of Linux: each operation is one system call. It blocks as they do, and may be killed.
 * Its argument is the mount point.
 */

const root = process.argv[2]!
const at = (path: string) => `${root}${path}`
const files = new Map<string, number>()

function run(operation: Operation): string {
  switch (operation.op) {
    case 'stat':
      return statLine(posix.stat(at(operation.path)))
    case 'lstat':
      return statLine(posix.lstat(at(operation.path)))
    case 'readlink':
      return posix.readlink(at(operation.path)).toString()
    case 'list': {
      const fd = posix.open(at(operation.path), 0o200000)
      const names: string[] = []
      for (let batch = posix.getdents(fd); batch.length > 0; batch = posix.getdents(fd)) {
        names.push(...batch.map(({ name }) => String(name)).filter((name) => name !== '.' && name !== '..'))
      }
      posix.close(fd)
      return `${names.length} ${names.slice(0, 5).join(' ')}`
    }
    case 'open':
      files.set(operation.file, posix.open(at(operation.path), operation.flags, 0o644))
      return 'ok'
    case 'fstat':
      return statLine(posix.fstat(fileOf(operation.file)))
    case 'read':
      return digest(posix.pread(fileOf(operation.file), operation.length, operation.offset))
    case 'write':
      return String(posix.pwrite(fileOf(operation.file), operation.data, operation.offset))
    default:
      return change(operation)
  }
}

function change(operation: Operation): string {
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
    case 'close':
      posix.close(fileOf(operation.file))
      break
    case 'fsync':
      posix.fsync(fileOf(operation.file))
      break
    case 'ftruncate':
      posix.ftruncate(fileOf(operation.file), operation.size)
      break
    case 'allocate':
      posix.fallocate(fileOf(operation.file), operation.mode, operation.offset, operation.length)
      break
    default:
      throw new Error(`nothing to do for ${operation.op}`)
  }
  return 'ok'
}

function newTime(time: number | 'now' | undefined): bigint | 'now' | 'omit' {
  return time === 'now' ? 'now' : time === undefined ? 'omit' : BigInt(time) * 1_000_000_000n
}

function fileOf(name: string): number {
  const fd = files.get(name)
  if (fd === undefined) throw Object.assign(new Error('no such file'), { code: 'no such file' })
  return fd
}

function perform(operation: Operation): string {
  try {
    return run(operation)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === undefined) throw error
    return code
  }
}

posix.umask(0o022)
answerQuestions({
  ready: () => true,
  perform,
  // A request and its answer: whatever was sent before has been read by then.
  barrier: () => void posix.statfs(root),
})
process.on('disconnect', () => process.exit(0))
