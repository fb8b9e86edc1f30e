import { modeText } from './listing.js'
import { writeLines } from './output.js'
import type { Tool } from './tool.js'

export const stat: Tool = {
  name: 'stat',
  operands: ['PATH', '[PATH …]'],
  options: [],
  summary: 'show what is known of files',
  async run(fs, operands) {
    for (const path of operands) {
      const stats = await fs.lstat(path)
      const { ino, mode, nlink, uid, gid, size, blocks, blksize, atime, mtime, ctime, birthtimeMs, birthtime } = stats
      const target = stats.isSymbolicLink() ? ` -> ${await fs.readlink(path)}` : ''
      await writeLines([
        `path: ${path}${target}`,
        `mode: ${modeText(stats)} (${(mode & 0o7777).toString(8).padStart(4, '0')})`,
        `size: ${size} bytes, ${blocks} blocks of 512, best read by ${blksize}`,
        `inode: ${ino}, links: ${nlink}, uid: ${uid}, gid: ${gid}`,
        `accessed: ${atime.toISOString()}`,
        `modified: ${mtime.toISOString()}`,
        `changed: ${ctime.toISOString()}`,
        ...(birthtimeMs === 0 ? [] : [`made: ${birthtime.toISOString()}`]),
      ])
    }
  },
}

export const df: Tool = {
  name: 'df',
  operands: ['[PATH]'],
  options: [],
  summary: 'show how much room there is',
  async run(fs, [path = '/']) {
    const { blocks, bfree, bavail, frsize, files, ffree } = await fs.statfs(path)
    const bytes = (count: number | bigint) => String(BigInt(count) * BigInt(frsize))
    await writeLines([
      `bytes: ${bytes(blocks)}, used ${bytes(BigInt(blocks) - BigInt(bfree))}, available ${bytes(bavail)}`,
      `inodes: ${files}, used ${BigInt(files) - BigInt(ffree)}, free ${ffree}`,
    ])
  },
}
