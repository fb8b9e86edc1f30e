import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createClient, type Client } from '#src/client/client.js'
import { connectSocket } from '#src/transport/socket/index.js'
import { buildServer, ForeignServer } from './libfuse.js'

/*
 * The client against a server on libfuse, over a socket. The server lets everything be cached for ever, so that what it
 * changes is seen only if its notifications do what they must.
 */

const directory = mkdtempSync(join(tmpdir(), 'fusewire-foreign-'))
after(() => rmSync(directory, { recursive: true }))
const built = buildServer(directory)
const STATX_SIZE = 0x200
const options = { skip: 'problem' in built && built.problem, timeout: 60_000 }

async function using(run: (client: Client, server: ForeignServer) => Promise<void>): Promise<void> {
  assert.ok('program' in built)
  await using server = await ForeignServer.start(built.program)
  await using client = createClient(await connectSocket(server.path))
  await run(client, server)
}

/** Waits until a notification, which nobody confirms, has had its effect. */
async function until(question: () => Promise<boolean>): Promise<void> {
  while (!(await question())) await new Promise((resolve) => setTimeout(resolve, 2))
}

test('both agree on INIT, to the minor of libfuse', options, () =>
  using(async ({ ready, fs }) => {
    const negotiated = await ready
    assert.ok(negotiated.minor >= 31 && negotiated.minor <= 45, String(negotiated.minor))
    assert.ok((await fs.stat('/')).isDirectory())
    assert.equal((await fs.statfs('/')).bfree, 500)
  }),
)

test('files are made, written, read, listed, renamed and removed', options, () =>
  using(async ({ fs }) => {
    const large = new Uint8Array(3_000_001).map((_, i) => (i * 31) & 0xff)
    await fs.writeFile('/large', large)
    assert.deepEqual(await fs.readFile('/large'), large)
    assert.equal((await fs.stat('/large')).size, large.length)
    const file = await fs.open('/large', 'r+')
    await file.write(Uint8Array.of(1, 2, 3), 0, 3, 1_000_000)
    const { buffer } = await file.read(new Uint8Array(5), 0, 5, 999_999)
    assert.deepEqual([...buffer.subarray(1, 4)], [1, 2, 3])
    await file.truncate(10)
    assert.equal((await file.stat()).size, 10)
    await file.close()
    for (let i = 0; i < 40; i += 1) await fs.writeFile(`/file-${i}`, String(i))
    assert.equal((await fs.readdir('/')).length, 41)
    await fs.rename('/file-7', '/renamed')
    assert.equal(await fs.readFile('/renamed', 'utf8'), '7')
    await assert.rejects(fs.stat('/file-7'), { code: 'ENOENT' })
    await fs.unlink('/renamed')
    await assert.rejects(fs.readFile('/renamed'), { code: 'ENOENT' })
    await fs.chmod('/file-1', 0o600)
    assert.equal((await fs.stat('/file-1')).mode, 0o100600)
    // What the server does not have: libfuse answers ENOSYS.
    await assert.rejects(fs.symlink('a', '/link'), { code: 'ENOSYS' })
    await assert.rejects(fs.setxattr('/file-1', 'user.a', 'b'), { code: 'EOPNOTSUPP' })
  }),
)

test('what is cached stays, without a request, until INVAL_INODE', options, () =>
  using(async ({ fs }, server) => {
    await server.tell('set file old')
    assert.equal(await fs.readFile('/file', 'utf8'), 'old')
    await server.tell('set file changed')
    const before = await server.tell('count')
    // The twin: nobody was told.
    assert.equal(await fs.readFile('/file', 'utf8'), 'old')
    // The time of access is stale after a read, as in Linux; the size is not.
    assert.equal((await fs.stat('/file', { mask: STATX_SIZE })).size, 3)
    await server.tell('inval_inode file')
    await until(async () => (await fs.readFile('/file', 'utf8')) === 'changed')
    assert.equal((await fs.stat('/file')).size, 7)
    assert.ok((await server.tell('count')) > before)
  }),
)

test('a name that is there, and one that is not, until INVAL_ENTRY', options, () =>
  using(async ({ fs }, server) => {
    await server.tell('set gone x')
    assert.equal((await fs.stat('/gone')).size, 1)
    await assert.rejects(fs.stat('/later'), { code: 'ENOENT' })
    await server.tell('drop gone')
    await server.tell('set later 12345')
    const before = await server.tell('count')
    assert.equal((await fs.stat('/gone')).size, 1)
    await assert.rejects(fs.stat('/later'), { code: 'ENOENT' })
    assert.equal(await server.tell('count'), before, 'both were answered by the cache')
    await server.tell('inval_entry gone')
    await server.tell('inval_entry later')
    await until(async () => {
      return fs.stat('/gone').then(
        () => false,
        ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
      )
    })
    await until(async () => {
      return fs.stat('/later').then(
        ({ size }) => size === 5,
        () => false,
      )
    })
  }),
)

test('STORE is seen by an open file, without a request', options, () =>
  using(async ({ fs, inspect }, server) => {
    await server.tell('set file before')
    const file = await fs.open('/file')
    const read = async () => {
      const { bytesRead, buffer } = await file.read(new Uint8Array(100), 0, 100, 0)
      return Buffer.from(buffer.subarray(0, bytesRead)).toString()
    }
    assert.equal(await read(), 'before')
    await server.tell('set file BEFORE')
    assert.equal(await read(), 'before')
    const before = await server.tell('count')
    await server.tell('store file stored')
    await until(async () => (await read()) === 'stored')
    assert.equal(await server.tell('count'), before, 'nothing was asked for')
    assert.equal(inspect().inFlight.length, 0)
    await file.close()
  }),
)

test('the server is killed while requests are under way: they fail, and nothing hangs', options, () =>
  using(async ({ fs, closed }, server) => {
    await server.tell('set file x')
    await fs.stat('/file')
    const calls = Array.from({ length: 50 }, (_, i) =>
      fs.writeFile(`/file-${i}`, 'x').then(
        () => 'done',
        () => 'failed',
      ),
    )
    await server[Symbol.asyncDispose]().catch(() => undefined)
    await Promise.all(calls)
    await closed.catch(() => undefined)
    await assert.rejects(fs.stat('/other'), { code: 'ENOTCONN' })
    await assert.rejects(fs.readFile('/file-99'), { code: 'ENOTCONN' })
  }),
)
