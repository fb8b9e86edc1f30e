import { equal } from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { O, posix } from '../../../helpers/posix.js'
import { check, fails, group } from '../check.js'
import type { Context } from '../context.js'

const EXEC = { traits: ['exec'] } as const

/** A copy of a program that waits for as many seconds as it is told. */
function copyProgram(t: Context): string {
  return t.file('program', readFileSync('/bin/sleep'), 0o755)
}

/** Runs `use` while the program runs, and ends the program. */
async function whileRunning(path: string, use: (child: ChildProcess) => void | Promise<void>): Promise<void> {
  const child = spawn(path, ['60'], { stdio: 'ignore', argv0: 'sleep' })
  const ended = once(child, 'close')
  try {
    // The program itself runs by then: the event waits until the execution has succeeded.
    await once(child, 'spawn')
    await use(child)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

export const textBusy = group('text-busy', [
  check('a running program cannot be opened for writing', EXEC, async (t) => {
    const path = copyProgram(t)
    await whileRunning(path, () => {
      fails('ETXTBSY', () => t.openPath(path, O.WRONLY))
      fails('ETXTBSY', () => t.openPath(path, O.RDWR))
      fails('ETXTBSY', () => t.openPath(path, O.WRONLY | O.CREAT))
      t.close(t.openPath(path, O.RDONLY))
    })
    t.close(t.openPath(path, O.RDWR))
  }),
  check('a running program cannot be truncated', EXEC, async (t) => {
    const path = copyProgram(t)
    const { size } = posix.stat(path)
    await whileRunning(path, () => {
      fails('ETXTBSY', () => posix.truncate(path, 0))
      fails('ETXTBSY', () => t.openPath(path, O.WRONLY | O.TRUNC))
      equal(posix.stat(path).size, size)
    })
    posix.truncate(path, 0)
    equal(posix.stat(path).size, 0)
  }),
  check('a file open for writing cannot be run', EXEC, (t) => {
    const path = copyProgram(t)
    const fd = t.openPath(path, O.WRONLY)
    const { error } = spawnSync(path, ['0'], { argv0: 'sleep' })
    equal((error as NodeJS.ErrnoException).code, 'ETXTBSY')
    t.close(fd)
    equal(spawnSync(path, ['0'], { argv0: 'sleep' }).status, 0)
  }),
  check('a running program can be renamed, changed in mode and unlinked', EXEC, async (t) => {
    const path = copyProgram(t)
    await whileRunning(path, (child) => {
      posix.rename(path, t.at('moved'))
      posix.chmod(t.at('moved'), 0o700)
      posix.unlink(t.at('moved'))
      equal(child.exitCode, null)
      t.close(t.open('program', O.CREAT | O.EXCL | O.WRONLY))
    })
  }),
  check('a running program can be replaced by a rename', EXEC, async (t) => {
    const path = copyProgram(t)
    await whileRunning(path, () => {
      posix.rename(t.file('new', 'new content'), path)
      equal(t.text(path), 'new content')
      t.close(t.openPath(path, O.RDWR))
    })
  }),
])
