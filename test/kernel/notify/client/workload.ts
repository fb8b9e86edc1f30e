import { O } from '../../../helpers/posix/constants.js'
import { posix } from '../../../helpers/posix.js'
import { Random } from '../../../helpers/random.js'

/** What {@link workload} does. */
export interface WorkloadOptions {
  readonly root: string
  readonly seed: number
  readonly ms: number
  readonly directories: number
  readonly names: number
  /** Whether it changes things too, in the directories from {@link sharedFrom} on. */
  readonly writes: boolean
  readonly sharedFrom: number
}

/** Uses the mount at random for some time; what fails because it is gone just now is no failure. Returns how many calls. */
export function workload(options: WorkloadOptions): number {
  const random = new Random(options.seed)
  const end = performance.now() + options.ms
  let count = 0
  for (; performance.now() < end; count += 1) {
    try {
      step(options, random)
    } catch (error) {
      const { code } = error as { code?: string }
      if (!['ENOENT', 'EEXIST', 'ESTALE', 'ENOTEMPTY'].includes(code ?? '')) throw error
    }
  }
  return count
}

function step({ root, directories, names, writes, sharedFrom }: WorkloadOptions, random: Random): void {
  const isWrite = writes && random.below(3) === 0
  const directory = isWrite ? sharedFrom + random.below(directories - sharedFrom) : random.below(directories)
  const parent = `${root}/${directory}`
  const path = `${parent}/${random.below(names)}`
  if (isWrite) change(path, `${parent}/${random.below(names)}`, random)
  else look(path, parent, random)
}

function look(path: string, parent: string, random: Random): void {
  switch (random.below(5)) {
    case 0:
      posix.stat(path)
      break
    case 1:
      withFile(parent, O.RDONLY | O.DIRECTORY, (fd) => {
        while (posix.getdents(fd).length > 0);
      })
      break
    case 2:
      posix.stat(parent)
      break
    default:
      withFile(path, O.RDONLY, (fd) => {
        posix.fstat(fd)
        posix.pread(fd, 1 + random.below(20_000), random.below(10_000))
        posix.pread(fd, 4096, 0)
      })
  }
}

function change(path: string, other: string, random: Random): void {
  switch (random.below(7)) {
    case 0:
      withFile(path, O.CREAT | O.RDWR, (fd) => posix.pwrite(fd, Buffer.alloc(random.below(6000), 'local'), 0))
      break
    case 1:
      posix.unlink(path)
      break
    case 2:
      posix.rename(path, other)
      break
    case 3:
      posix.chmod(path, 0o644)
      break
    case 4:
      posix.truncate(path, random.below(5000))
      break
    default:
      withFile(path, O.RDWR, (fd) => posix.pwrite(fd, 'some local bytes', random.below(8000)))
  }
}

function withFile(path: string, flags: number, use: (fd: number) => unknown): void {
  const fd = posix.open(path, flags)
  try {
    use(fd)
  } finally {
    posix.close(fd)
  }
}
