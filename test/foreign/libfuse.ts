import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/* A server that this project has not written the protocol of: Debian's libfuse, over a socket. */

/** The source, which no build copies. */
const SOURCE = fileURLToPath(new URL('../../../test/foreign/native/server.c', import.meta.url))

/** Builds the server in `directory`. @returns its path, or why it cannot be built here */
export function buildServer(directory: string): { readonly program: string } | { readonly problem: string } {
  if (process.platform !== 'linux') return { problem: 'needs Linux' }
  const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'fuse3 >= 3.14'], { encoding: 'utf8' })
  if (flags.status !== 0) return { problem: 'needs libfuse 3.14 and pkg-config (Debian: libfuse3-dev pkg-config)' }
  const program = join(directory, 'server')
  const args = [
    '-O1',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-o',
    program,
    SOURCE,
    ...flags.stdout.trim().split(/\s+/),
    '-pthread',
  ]
  const built = spawnSync('cc', args, { encoding: 'utf8', timeout: 120_000 })
  if (built.error !== undefined) return { problem: 'needs a C compiler, cc (Debian: gcc libc6-dev)' }
  if (built.status !== 0) throw new Error(`server.c cannot be built: ${built.stderr}`)
  return { program }
}

/** A running server, which serves one client. */
export class ForeignServer implements AsyncDisposable {
  readonly path: string
  private readonly child: ChildProcess
  private readonly directory: string
  private readonly lines: AsyncIterableIterator<string>
  private readonly reader: Interface

  private constructor(program: string) {
    this.directory = mkdtempSync(join(tmpdir(), 'fusewire-foreign-'))
    this.path = join(this.directory, 'socket')
    const child = spawn(program, [this.path], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.child = child
    this.reader = createInterface(child.stdout)
    this.lines = this.reader[Symbol.asyncIterator]()
  }

  static async start(program: string): Promise<ForeignServer> {
    const server = new ForeignServer(program)
    const line = await server.line()
    if (line !== 'listening') throw new Error(`the server says ${line}`)
    return server
  }

  /** Has a command done; see server.c. Answers the number of requests that have come so far. */
  async tell(command: string): Promise<number> {
    this.child.stdin!.write(`${command}\n`)
    const [result, requests] = (await this.line()).split(' ').map(Number)
    if (result !== 0) throw new Error(`${command}: ${result}`)
    return requests!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    this.reader.close()
    rmSync(this.directory, { recursive: true, force: true })
  }

  private async line(): Promise<string> {
    const next = await this.lines.next()
    if (next.done === true) throw new Error('the server has ended')
    return next.value
  }
}
