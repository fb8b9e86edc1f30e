import { writeSync } from 'node:fs'
import { dieWithParent } from '../../contract/filesystem/credentials.js'
import { O, PosixError, posix } from '../../helpers/posix.js'
import { Random } from '../../helpers/random.js'

/*
 * Does random things to a mount of servers/robust.ts until it is killed. Run with the mount point and a seed. Ends with 1
 * if a call fails in a way in which it must not.
 */

const [path, seed] = process.argv.slice(2) as [string, string]
const random = new Random(Number(seed))
const KINDS = ['slow', 'slow', 'plain', 'plain', 'plain', 'throws', 'rejects', 'patient'] as const
/** What the files' behaviour and the other clients make of it. */
const EXPECTED = new Set(['EIO', 'ENOENT', 'EEXIST', 'ESTALE', 'EINTR'])

dieWithParent()
const own = `${process.pid}x`
writeSync(1, 'begun')
for (;;) {
  const name = `${path}/${random.pick(KINDS)}-${random.below(20)}`
  const made = `${path}/${own}${random.below(5)}`
  try {
    switch (random.below(6)) {
      case 0:
        posix.stat(name)
        break
      case 1: {
        const fd = posix.open(name, O.RDWR, 0)
        try {
          posix.pread(fd, 4096, random.below(10))
          posix.pwrite(fd, Buffer.alloc(random.below(9000), 7), random.below(5000))
        } finally {
          posix.close(fd)
        }
        break
      }
      case 2: {
        const fd = posix.open(path, O.RDONLY | O.DIRECTORY, 0)
        try {
          while (posix.getdents(fd).length > 0);
        } finally {
          posix.close(fd)
        }
        break
      }
      case 3:
        posix.close(posix.open(made, O.CREAT | O.EXCL | O.RDWR, 0o644))
        break
      case 4:
        posix.unlink(made)
        break
      default:
        posix.mkdir(`${made}d`, 0o755)
        posix.rmdir(`${made}d`)
    }
  } catch (error) {
    if (error instanceof PosixError && EXPECTED.has(error.code)) continue
    console.error(error)
    process.exit(1)
  }
}
