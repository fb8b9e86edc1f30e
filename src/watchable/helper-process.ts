import { AT, O, RESOLVE, S } from '../sys/constants.js'
import { UTIME, setTimes } from '../sys/attributes.js'
import { mkdirAt, mknodAt, renameAt, unlinkAt } from '../sys/names.js'
import { closeFd, open, openAt, openAt2 } from '../sys/open.js'
import { createStat, statRaw } from '../sys/stat.js'
import { ERRNO } from '../base/errno.js'
import { SystemError } from '../base/errors.js'
import type { HelperAnswer, HelperOrder, HelperPlace, HelperTask } from './helper-messages.js'

/*
 * The helper: does through the mount what it is told happened at the source, by calls that block. The server does not do them,
 * for it would wait for itself. It keeps nothing of the mount open in between, so that it is in nobody's way, and ends with
 * the server, which it hears of by the end of their channel.
 */

process.on('message', (order: HelperOrder) => process.send?.(carriedOut(order)))

// It shares the terminal of the server, and the signals that are typed there.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit(0))

function carriedOut(order: HelperOrder): HelperAnswer {
  try {
    carryOut(order)
    return { problem: undefined, isGone: false }
  } catch (error) {
    const isGone = error instanceof SystemError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return { problem: error instanceof Error ? error.message : String(error), isGone }
  }
}

function carryOut({ task, mountpoint, password }: HelperOrder): void {
  withFd(open(mountpoint, O.PATH | O.DIRECTORY), (root) => {
    // What is there now may be another filesystem, where the same would really be done.
    if (statRaw(root, password, createStat()) !== -ERRNO.EALREADY) throw new Error(`${mountpoint} is another mount now`)
    doOnce(task, root)
  })
}

function doOnce(task: HelperTask, root: number): void {
  switch (task.do) {
    case 'greet':
      break
    case 'touch':
      inDirectory(root, task.at, (directory, name) => touch(directory, name, task.attributesOnly))
      break
    case 'create':
      inDirectory(root, task.at, (directory, name) => {
        if (task.isDirectory) mkdirAt(directory, name, 0o755)
        else mknodAt(directory, name, S.IFREG | 0o644)
      })
      break
    case 'remove':
      inDirectory(root, task.at, (directory, name) => unlinkAt(directory, name, task.isDirectory ? AT.REMOVEDIR : 0))
      break
    case 'rename':
      inDirectory(root, task.at, (from, name) => {
        inDirectory(root, task.to, (to, newName) => renameAt(from, name, to, newName))
      })
      break
  }
}

/** The time of modification alone is IN_MODIFY, both times are IN_ATTRIB. Which times is no matter. */
function touch(directory: number, name: string, attributesOnly: boolean): void {
  const flags = O.PATH | O.NOFOLLOW
  const fd = name === '' ? openAt(directory, '.', flags) : openAt2(directory, name, flags, RESOLVE.NO_XDEV)
  withFd(fd, (object) => setTimes(object, 0, attributesOnly ? 0 : UTIME.OMIT, 0, 0))
}

function inDirectory(root: number, at: HelperPlace, then: (directory: number, name: string) => void): void {
  const path = at.directory === '' ? '.' : at.directory
  const resolve = RESOLVE.BENEATH | RESOLVE.NO_XDEV | RESOLVE.NO_SYMLINKS
  withFd(openAt2(root, path, O.PATH | O.DIRECTORY, resolve), (directory) => then(directory, at.name))
}

function withFd(fd: number, then: (fd: number) => void): void {
  try {
    then(fd)
  } finally {
    closeFd(fd)
  }
}
