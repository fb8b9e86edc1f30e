import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fusewire, FUSEWIRE } from '../helpers/command.js'

/* `fusewire serve` and `fusewire client`: no mount, so they run for everybody. */

const LIMIT = { timeout: 120_000 }
const linux = process.platform === 'linux'
const needsLinux = { ...LIMIT, skip: !linux && 'directories are served by system calls of Linux' }

interface Running {
  readonly socket: string
  readonly directory: string
  readonly child: ChildProcess
  readonly said: string
  readonly stderr: () => string
  /** Runs a tool; what goes to its standard input is `input`. */
  readonly client: (
    args: readonly string[],
    input?: Uint8Array | string,
  ) => { status: number | null; stdout: Buffer; stderr: string }
}

async function serve(t: TestContext, source: string, ...options: string[]): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-serve-'))
  const socket = join(directory, 'socket')
  const args = [FUSEWIRE, 'serve', source, '--socket', socket, ...options]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => {
    child.kill('SIGKILL')
    rmSync(directory, { recursive: true })
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [said] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`it ended: ${stderr}`))),
  ])) as [string]
  const kind = options.includes('--seqpacket') ? ['--seqpacket'] : []
  const client: Running['client'] = (args, input = '') => {
    const all = [FUSEWIRE, 'client', socket, ...kind, ...args]
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { input, timeout: 60_000, maxBuffer: 1 << 26 })
    return { status, stdout, stderr: stderr.toString() }
  }
  return { socket, directory, child, said, stderr: () => stderr, client }
}

for (const kind of linux ? ['--stream', '--seqpacket'] : ['--stream']) {
  const options = kind === '--stream' ? [] : [kind]

  test(`files go in and out byte by byte (${kind})`, LIMIT, async (t) => {
    const { client, directory, said, socket } = await serve(t, 'memory:', ...options)
    assert.equal(said, `memory: is served at ${socket}; Ctrl-C ends it`)
    const ok = (args: readonly string[], input?: Uint8Array | string) => {
      const { status, stdout, stderr } = client(args, input)
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, args.join(' '))
      return stdout
    }
    const bytes = randomBytes(3_000_007)
    ok(['put', '-', '/stdin'], bytes)
    assert.ok(bytes.equals(ok(['cat', '/stdin'])))
    const local = join(directory, 'local')
    writeFileSync(local, bytes, { mode: 0o640 })
    ok(['put', local])
    ok(['get', '/local', join(directory, 'back')])
    assert.ok(bytes.equals(readFileSync(join(directory, 'back'))))
    assert.equal(statSync(join(directory, 'back')).mode & 0o777, 0o640)
    assert.ok(bytes.equals(ok(['get', '/local', '-'])))
    ok(['mkdir', '-p', '/a/b'])
    ok(['mv', '/stdin', '/a'])
    ok(['ln', '-s', 'stdin', '/a/link'])
    ok(['ln', '/a/stdin', '/a/b/hard'])
    assert.equal(ok(['ls', '/a']).toString(), 'b\nlink\nstdin\n')
    assert.match(
      ok(['ls', '-l', '/a']).toString(),
      /^drwxr-xr-x .* b\nlrwxrwxrwx .* link -> stdin\n-rw-r--r-- +2 .* 3000007 .* stdin\n$/,
    )
    assert.equal(ok(['find', '/a']).toString(), '/a\n/a/b\n/a/b/hard\n/a/link\n/a/stdin\n')
    assert.match(
      ok(['stat', '/a/stdin']).toString(),
      /^path: \/a\/stdin\nmode: -rw-r--r-- \(0644\)\nsize: 3000007 bytes/,
    )
    assert.match(ok(['df']).toString(), /^bytes: \d+, used \d+, available \d+\ninodes: /)
    const tree = join(directory, 'tree')
    ok(['get', '-r', '/a', tree])
    assert.ok(bytes.equals(readFileSync(join(tree, 'b', 'hard'))))
    mkdirSync(join(tree, 'more'))
    ok(['put', '-r', tree, '/'])
    assert.equal(ok(['find', '/tree']).toString().split('\n').length, 7)
    ok(['rm', '-r', '/a', '/tree'])
    ok(['rm', '-f', '/nothing'])
    ok(['mkdir', '/e'])
    ok(['rmdir', '/e'])
    assert.equal(ok(['ls']).toString(), 'local\n')
  })
}

test('mistakes are one line, and an exit code', LIMIT, async (t) => {
  const { client, socket } = await serve(t, 'memory:')
  const rows: readonly (readonly [readonly string[], number, string])[] = [
    [['cat', '/nothing'], 1, "ENOENT: No such file or directory, open '/nothing'"],
    [['rm', '/'], 1, "rm '/': it is a directory, and recursive is not set"],
    [['rmdir', '/nothing'], 1, "ENOENT: No such file or directory, rmdir '/nothing'"],
    [['cat'], 2, "PATH and [PATH …] expected, not nothing ('fusewire client --help')"],
    [['mv', '/a'], 2, "FROM and TO expected, not '/a' ('fusewire client --help')"],
    [['ls', '-r'], 2, "ls has no option --recursive ('fusewire client --help')"],
  ]
  for (const [args, status, line] of rows) {
    assert.deepEqual(client(args), { status, stdout: Buffer.alloc(0), stderr: `fusewire: ${line}\n` }, args.join(' '))
  }
  const none = join(tmpdir(), 'fusewire-no-socket')
  const told = async (args: readonly string[]) => fusewire(args)
  assert.deepEqual(await told(['client', none, 'ls']), {
    status: 4,
    stdout: '',
    stderr: `fusewire: ${none}: there is no such socket\n`,
  })
  assert.match(
    (await told(['client', none, 'dance'])).stderr,
    /^fusewire: there is no tool 'dance'; there are ls, find, [^\n]*\n$/,
  )
  assert.deepEqual(await told(['serve', 'memory:', '--socket', socket]), {
    status: 4,
    stdout: '',
    stderr: `fusewire: ${socket}: somebody listens there already; end that server, or take another path\n`,
  })
  assert.match((await told(['serve', 'memory:'])).stderr, /^fusewire: --socket PATH is needed/)
  assert.equal((await told(['serve', 'memory:'])).status, 2)
  assert.equal((await told(['serve', 'memory:', '--socket', none, '--mode', '9'])).status, 2)
  assert.equal((await told(['serve', '/no/such', '--socket', none])).status, 4)
})

test('a reader that stops reading ends the tool quietly', LIMIT, async (t) => {
  const { client, socket } = await serve(t, 'memory:')
  client(['put', '-', '/large'], new Uint8Array(20_000_000))
  const child = spawn(process.execPath, [FUSEWIRE, 'client', socket, 'cat', '/large'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [status] = (await once(child, 'close')) as [number]
  assert.deepEqual({ status, stderr }, { status: 1, stderr: '' })
})

test('a socket is the user’s own; a signal ends the server in order, and nothing is left', LIMIT, async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const { child, socket, stderr } = await serve(t, 'memory:')
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    child.kill(signal)
    const [status] = (await once(child, 'exit')) as [number]
    assert.deepEqual({ status, left: existsSync(socket), stderr: stderr() }, { status: 0, left: false, stderr: '' })
  }
})

test('what a killed server left is replaced', LIMIT, async (t) => {
  const { child, socket } = await serve(t, 'memory:')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(existsSync(socket))
  assert.deepEqual(await fusewire(['client', socket, 'ls']), {
    status: 4,
    stdout: '',
    stderr: `fusewire: ${socket}: nobody listens there any more; start fusewire serve again\n`,
  })
  const again = spawn(process.execPath, [FUSEWIRE, 'serve', 'memory:', '--socket', socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => again.kill('SIGKILL'))
  await once(createInterface(again.stdout), 'line')
  assert.deepEqual(await fusewire(['client', socket, 'ls']), { status: 0, stdout: '', stderr: '' })
})

test('a directory, read-only', needsLinux, async (t) => {
  const source = mkdtempSync(join(tmpdir(), 'fusewire-source-'))
  t.after(() => rmSync(source, { recursive: true }))
  writeFileSync(join(source, 'hello'), 'world')
  symlinkSync('/etc/passwd', join(source, 'out'))
  const { client } = await serve(t, source, '--read-only')
  assert.equal(client(['cat', 'hello']).stdout.toString(), 'world')
  // A link leads nowhere but within what is served.
  assert.match(client(['cat', 'out']).stderr, /ENOENT/)
  for (const args of [
    ['put', '-', '/new'],
    ['rm', '/hello'],
    ['mkdir', '/d'],
  ]) {
    assert.match(client(args).stderr, /EROFS/, args.join(' '))
  }
  assert.equal(readFileSync(join(source, 'hello'), 'utf8'), 'world')
})

test('a directory is written, and traced', needsLinux, async (t) => {
  const source = mkdtempSync(join(tmpdir(), 'fusewire-source-'))
  t.after(() => rmSync(source, { recursive: true }))
  const trace = join(source, 'trace')
  const { client, child } = await serve(t, source, `--trace=${trace}`)
  assert.equal(client(['put', '-', '/new'], 'content').status, 0)
  assert.equal(readFileSync(join(source, 'new'), 'utf8'), 'content')
  child.kill('SIGTERM')
  await once(child, 'exit')
  assert.match(readFileSync(trace, 'utf8'), /rx \d+: CREATE .*"new"/)
})
