import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/* What a program hears that watches a mount: `inotifywait` of inotify-tools. */

/** Why that cannot be, or false. */
export function cannotWatch(): string | false {
  return spawnSync('inotifywait', ['--help']).error === undefined ? false : 'needs inotifywait (inotify-tools)'
}

/** A running `inotifywait`. */
export interface Watching {
  /**
   * What was heard since this was last called, up to now: lines such as `CREATE dir/name`, `DELETE,ISDIR dir`. Makes and
   * removes a file of its own in the mount, so that it knows that nothing is still on its way.
   */
  readonly heard: () => Promise<string[]>
}

/** Watches everything in `path`, but for opening, reading and closing. Ended when test `t` ends. */
export async function watch(t: TestContext, path: string): Promise<Watching> {
  const kinds = 'create,modify,attrib,moved_from,moved_to,delete,delete_self,move_self'
  const child = spawn('inotifywait', ['-m', '-r', '-e', kinds, '--format', '%e %w%f', path])
  t.after(() => child.kill('SIGKILL'))
  const errors = createInterface({ input: child.stderr })
  for await (const line of errors) if (line.includes('Watches established')) break
  let lines: string[] = []
  let onLine: (() => void) | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line.replace(`${path}/`, ''))
    onLine?.()
  })
  let marks = 0
  const heard = async () => {
    const name = `.mark-${(marks += 1)}`
    const file = join(path, name)
    writeFileSync(file, '')
    rmSync(file)
    const end = `DELETE ${name}`
    while (!lines.includes(end)) {
      if (child.exitCode !== null) throw new Error(`inotifywait has ended: ${lines.join('; ')}`)
      await new Promise<void>((resolve) => (onLine = resolve))
    }
    const at = lines.indexOf(end)
    const before = lines.slice(0, at).filter((line) => !line.endsWith(name))
    lines = lines.slice(at + 1)
    return before
  }
  return { heard }
}
