import { fork, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectionNumber, findMount } from '#src/kernel/mountinfo.js'
import { free } from './free.js'

/** A filesystem that a process of its own serves. */
export interface Served {
  readonly path: string
  readonly server: ChildProcess
  /** The number of its connection, for fusectl. @throws Error if it is not mounted */
  readonly connection: number
  /** Asks the server, and waits for what it says next. */
  readonly ask: () => Promise<unknown>
  readonly tell: (message: object) => void
  /** Waits until the server has said something that starts with `word`, since that was last waited for. */
  readonly heard: (word: string) => Promise<string>
  /** What the server says next. */
  readonly next: () => Promise<unknown>
}

/**
 * Runs the program `server` of test/kernel/servers with a private mount point (and `args`), and waits until it says `ready`.
 * Unmounted, and its process ended, when the test is over, however it ends.
 */
export async function serve(
  t: { after(this: void, fn: () => void): void },
  server: string,
  ...args: readonly string[]
): Promise<Served> {
  const parent = mkdtempSync(join(tmpdir(), 'fusewire-served-'))
  // Other users have to pass through it.
  chmodSync(parent, 0o755)
  const path = join(parent, 'mnt')
  mkdirSync(path)
  const child = fork(new URL(`../kernel/servers/${server}.js`, import.meta.url), [path, ...args])
  t.after(() => {
    child.kill('SIGKILL')
    free(path)
    rmdirSync(path)
    rmdirSync(parent)
  })
  const next = async () => ((await once(child, 'message')) as unknown[])[0]
  const ask = () => {
    child.send('?')
    return next()
  }
  const unheard: string[] = []
  const news = new EventEmitter()
  child.on('message', (message) => {
    if (typeof message !== 'string') return
    unheard.push(message)
    news.emit('news')
  })
  const heard = async (word: string): Promise<string> => {
    for (;;) {
      const index = unheard.findIndex((said) => said.startsWith(word))
      if (index >= 0) return unheard.splice(index, 1)[0]!
      await once(news, 'news')
    }
  }
  const said = await next()
  if (said !== 'ready') throw new Error(`${server} said ${JSON.stringify(said)}`)
  return {
    path,
    server: child,
    get connection() {
      const mounted = findMount(path)
      if (mounted === undefined) throw new Error(`${server} is not mounted`)
      return connectionNumber(mounted)
    },
    ask,
    next,
    tell: (message) => child.send(message),
    heard,
  }
}
