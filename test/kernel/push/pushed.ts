import { chmodSync } from 'node:fs'
import type { TestContext } from 'node:test'
import type { NotifyStats } from '#src/notify/stats.js'
import { privateDirectory } from '../../helpers/directory.js'
import { serve } from '../../helpers/served.js'

/** What the server says of itself. */
export interface Said {
  /** The messages since it was last asked, as in a trace. */
  readonly lines: readonly string[]
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly watches: { readonly watched: number; readonly refused: number }
  readonly notify: NotifyStats
}

/** A directory that is mounted with a cache for ever. */
export interface Pushed {
  readonly source: string
  readonly path: string
  readonly ask: () => Promise<Said>
}

/** @param options of mount(), and `maxWatches` */
export async function pushed(t: TestContext, source = privateDirectory(t), options: object = {}): Promise<Pushed> {
  chmodSync(source, 0o755)
  const { path, ask } = await serve(t, 'push', source, JSON.stringify(options))
  return { source, path, ask: ask as () => Promise<Said> }
}

/** The requests by opcode, FORGET left out: the kernel gives nodes back when it likes. */
export function requests(lines: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of lines) {
    const op = /^rx \d+: (\w+)/.exec(line)?.[1]
    if (op !== undefined && !op.includes('FORGET')) counts[op] = (counts[op] ?? 0) + 1
  }
  return counts
}
