import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { FUSEWIRE, fusewire } from './command.js'

/** How long the server may take to start, to end, and to show a message, in ms. */
const LIMIT_MS = 10_000
const MAX_SHOWN = 6
const MAX_WIDTH = 110

/** A request of the kernel, from the trace. */
export interface Request {
  /** Such as `LOOKUP n1 "hello.txt"`. */
  readonly text: string
  /** How long the answer took, in microseconds; undefined if none was due. */
  tookUs: number | undefined
}

/** `fusewire mount source mnt --trace`, in a process of its own. */
export class Server {
  private readonly directory: string
  private child: ChildProcess | undefined
  private readonly requests = new Map<string, Request>()
  private onLine: () => void = () => undefined

  constructor(directory: string) {
    this.directory = directory
  }

  async start(): Promise<void> {
    console.log('$ fusewire mount source mnt --trace')
    const args = [FUSEWIRE, 'mount', 'source', 'mnt', '--trace']
    const child = spawn(process.execPath, args, { cwd: this.directory, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    createInterface({ input: child.stderr }).on('line', (line) => this.read(line))
    const output = createInterface({ input: child.stdout })
    const said = (await within(once(output, 'line'), 'fusewire mount did not say that it is ready')) as [string]
    console.log(`  ${said[0]}\n`)
    this.requests.clear()
  }

  /** The requests until the one with the name `mark`, which is not among them. */
  async requestsUntil(mark: string): Promise<readonly Request[]> {
    const isThere = () =>
      [...this.requests.values()].some(({ text, tookUs }) => text.includes(mark) && tookUs !== undefined)
    const seen = new Promise<void>((resolve) => {
      this.onLine = () => isThere() && resolve()
      this.onLine()
    })
    await within(seen, 'the trace does not show what was asked')
    const all = [...this.requests.values()]
    this.requests.clear()
    return all.slice(
      0,
      all.findIndex(({ text }) => text.includes(mark)),
    )
  }

  print(requests: readonly Request[]): void {
    for (const { text, tookUs } of requests.slice(0, MAX_SHOWN)) {
      const time = tookUs === undefined ? '' : `${tookUs} us`
      console.log(`  ${time.padStart(8)}  ${text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH)}…` : text}`)
    }
    if (requests.length > MAX_SHOWN) console.log(`            … and ${requests.length - MAX_SHOWN} more`)
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<boolean> {
    console.log('$ kill -INT $SERVER')
    const exited = once(this.child!, 'exit')
    this.child!.kill('SIGINT')
    const [status] = (await within(exited, 'fusewire mount did not end')) as [number | null]
    console.log(`  it unmounted, and exited with ${status}`)
    return status === 0
  }

  /** Whatever has happened: no process, no mount. */
  async clear(): Promise<void> {
    if (this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit')
      this.child.kill('SIGKILL')
      await exited
    }
    fusewire('umount', '--force', join(this.directory, 'mnt'))
  }

  private read(line: string): void {
    const [, rx, text] = /^\S+ rx (\d+): (.*?)(?: pid \d+)?$/.exec(line) ?? []
    if (rx !== undefined) this.requests.set(rx, { text: text!, tookUs: undefined })
    const [, tx, us] = /^\S+ tx (\d+): .* after (\d+) us$/.exec(line) ?? []
    const request = tx === undefined ? undefined : this.requests.get(tx)
    if (request !== undefined) request.tookUs = Number(us)
    if (rx === undefined && tx === undefined) console.error(`  ${line}`)
    this.onLine()
  }
}

async function within<T>(promise: Promise<T>, problem: string): Promise<T> {
  const stop = new AbortController()
  const late = sleep(LIMIT_MS, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`${problem} within ${LIMIT_MS / 1000} s`)
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    stop.abort()
  }
}
