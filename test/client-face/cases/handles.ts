import { differs, same, tried, type Case, type Stage } from '../case.js'

/* FileHandle, and what stands in its many arguments. */

type Handle = Awaited<ReturnType<Stage['fs']['open']>>

/** A handle whose calls take what they should not. */
interface AnyCalls {
  read(...args: readonly unknown[]): Promise<{ bytesRead: number; buffer: Uint8Array }>
  write(...args: readonly unknown[]): Promise<{ bytesWritten: number; buffer: unknown }>
}

async function opened<T>({ fs, at }: Stage, run: (handle: Handle) => Promise<T>): Promise<T> {
  await fs.writeFile(at('f'), '0123456789')
  const handle = await fs.open(at('f'), 'r+')
  try {
    return await run(handle)
  } finally {
    await handle.close()
  }
}

const on = (name: string, run: (handle: Handle, stage: Stage) => Promise<unknown>): Case =>
  same(name, async (stage) => opened(stage, async (handle) => run(handle, stage)))

const READS: readonly (readonly unknown[])[] = [
  [],
  [undefined],
  [null],
  [{}],
  [Buffer.alloc(4)],
  [Buffer.alloc(4), 1],
  [Buffer.alloc(4), 1, 2],
  [Buffer.alloc(4), 1, 2, 5],
  [Buffer.alloc(4), null, null, null],
  [Buffer.alloc(4), 0, 4, -1],
  [Buffer.alloc(4), 0, 4, 100],
  [Buffer.alloc(4), { offset: 1, length: 2, position: 3 }],
  [Buffer.alloc(4), { position: 8 }],
  [{ buffer: Buffer.alloc(4), offset: 2, position: 7 }],
  [new Uint16Array(3), 0, 6, 0],
  [Buffer.alloc(4), 4],
  [Buffer.alloc(4), 5],
  [Buffer.alloc(4), -1],
  [Buffer.alloc(4), 0, 5],
  [Buffer.alloc(4), 0, -1],
  [Buffer.alloc(4), 0, 0],
  [Buffer.alloc(0)],
  [Buffer.alloc(4), 1.5],
  [Buffer.alloc(4), 'x'],
  ['x'],
  [3],
  [{ buffer: 'x' }],
]

const WRITES: readonly (readonly unknown[])[] = [
  [Buffer.from('abcd')],
  [Buffer.from('abcd'), 1],
  [Buffer.from('abcd'), 1, 2],
  [Buffer.from('abcd'), 1, 2, 5],
  [Buffer.from('abcd'), null, null, null],
  [Buffer.from('abcd'), { offset: 1, length: 2, position: 3 }],
  [Buffer.from('abcd'), { position: 20 }],
  [Buffer.from('abcd'), 5],
  [Buffer.from('abcd'), 0, 5],
  [Buffer.from('abcd'), -1],
  [Buffer.from('abcd'), 0, -1],
  [Buffer.alloc(0)],
  [new Uint16Array([0x6161])],
  ['text'],
  ['text', 3],
  ['text', null, 'utf16le'],
  ['6162', 2, 'hex'],
  ['text', 20],
  [''],
  [3],
  [undefined],
  [{}],
]

const label = (args: readonly unknown[]) =>
  args
    .map((one) => (ArrayBuffer.isView(one) ? `bytes(${one.byteLength})` : (JSON.stringify(one) ?? 'undefined')))
    .join(', ')

/** Each call of a handle that is closed. */
const CLOSED: Readonly<Record<string, (handle: Handle) => Promise<unknown>>> = {
  appendFile: (handle) => handle.appendFile('x'),
  chmod: (handle) => handle.chmod(0o600),
  chown: (handle) => handle.chown(-1, -1),
  datasync: (handle) => handle.datasync(),
  read: (handle) => handle.read(Buffer.alloc(1)),
  readFile: (handle) => handle.readFile(),
  readv: (handle) => handle.readv([Buffer.alloc(1)]),
  stat: (handle) => handle.stat(),
  sync: (handle) => handle.sync(),
  truncate: (handle) => handle.truncate(),
  utimes: (handle) => handle.utimes(1, 1),
  write: (handle) => handle.write('x'),
  writeFile: (handle) => handle.writeFile('x'),
  writev: (handle) => handle.writev([Buffer.alloc(1)]),
}

export const handles: readonly Case[] = [
  ...READS.map((args) =>
    on(`read(${label(args)})`, async (handle) => {
      for (const one of args)
        if (ArrayBuffer.isView(one)) new Uint8Array(one.buffer, one.byteOffset, one.byteLength).fill(46)
      const { bytesRead, buffer } = await (handle as unknown as AnyCalls).read(...args)
      const next = await handle.read(Buffer.alloc(1))
      return [bytesRead, Buffer.isBuffer(buffer), buffer.byteLength, Buffer.from(buffer).subarray(0, 12), next.buffer]
    }),
  ),
  ...WRITES.map((args) =>
    on(`write(${label(args)})`, async (handle, { fs, at }) => {
      const { bytesWritten, buffer } = await (handle as unknown as AnyCalls).write(...args)
      await handle.write('|')
      return [bytesWritten, buffer === args[0], await fs.readFile(at('f'))]
    }),
  ),
  differs('read at a position that is a bigint', 'A position may be a bigint', async (stage) =>
    opened(stage, async (handle) => (await handle.read(Buffer.alloc(2), 0, 2, 4n as unknown as number)).buffer),
  ),
  on('reads move the position', async (handle) => {
    const parts = []
    for (let i = 0; i < 4; i += 1) parts.push((await handle.read(Buffer.alloc(3))).bytesRead)
    return parts
  }),
  on('reads at once take turns', async (handle) => {
    const reads = await Promise.all([1, 2, 3].map(async () => handle.read(Buffer.alloc(2))))
    return reads.map(({ buffer }) => buffer.toString()).toSorted()
  }),
  on('readv', async (handle) => [
    await handle.readv([Buffer.alloc(2), Buffer.alloc(3)]),
    await handle.readv([Buffer.alloc(2), new Uint8Array(9)], 6),
    await handle.readv([Buffer.alloc(1)], null as unknown as number),
    await handle.readv([]),
  ]),
  on('readv of what are no buffers', async (handle) => handle.readv(['x'] as unknown as Buffer[])),
  on('writev', async (handle, { fs, at }) => {
    const sizes = [
      await handle.writev([Buffer.from('ab'), Buffer.from('c')]),
      await handle.writev([Buffer.from('X'), new Uint8Array([89])], 8),
      await handle.writev([Buffer.from('d')]),
      await handle.writev([]),
    ]
    return [sizes.map(({ bytesWritten, buffers }) => [bytesWritten, buffers.length]), await fs.readFile(at('f'))]
  }),
  on('writev of what are no buffers', async (handle) => handle.writev('x' as unknown as Buffer[])),
  on('readFile goes on where the position is', async (handle) => [
    await handle.read(Buffer.alloc(2)),
    await handle.readFile('utf8'),
    await handle.readFile({ encoding: 'utf8' }),
    await handle.readFile(),
  ]),
  on('writeFile and appendFile go on where the position is', async (handle, { fs, at }) => {
    await handle.writeFile('ab')
    await handle.appendFile('6364', 'hex')
    await handle.writeFile(Buffer.from('e'))
    await handle.writeFile(['f', 'g'] as never)
    return fs.readFile(at('f'), 'utf8')
  }),
  on('truncate', async (handle) => {
    const sizes = []
    for (const length of [5, 12, undefined, -3]) {
      await handle.truncate(length)
      sizes.push((await handle.stat()).size)
    }
    return [sizes, await tried(handle.truncate(0.5))]
  }),
  on('stat', async (handle) => [await handle.stat(), await handle.stat({ bigint: true })]),
  on('chmod, chown, utimes', async (handle, { fs, at }) => {
    await handle.chmod('640')
    await handle.chown(-1, -1)
    await handle.utimes(1.5, new Date(2500))
    return [
      await fs.stat(at('f')),
      await tried(handle.chmod('x')),
      await tried(handle.chmod(undefined as unknown as number)),
      await tried(handle.chown(1.5, 0)),
      await tried(handle.chown(-2, 0)),
      await tried(handle.utimes('x', 0)),
    ]
  }),
  on('sync and datasync', async (handle) => [await handle.sync(), await handle.datasync()]),
  on('fd is a number, -1 once it is closed', async (handle) => {
    const before = typeof handle.fd === 'number' && handle.fd >= 0
    await handle.close()
    return [before, handle.fd]
  }),
  on('closing twice', async (handle) => [await handle.close(), await handle.close()]),
  on('closing while calls are under way', async (handle) => {
    const reading = handle.read(Buffer.alloc(3))
    const writing = handle.write('x', 9)
    await handle.close()
    return [(await reading).bytesRead, (await writing).bytesWritten]
  }),
  same('a handle disposes of itself', async ({ fs, at }) => {
    const handle = await fs.open(at('f'), 'w')
    await handle[Symbol.asyncDispose]()
    return handle.fd
  }),
  ...Object.entries(CLOSED).map(([name, call]) =>
    on(`${name} once it is closed`, async (handle) => {
      await handle.close()
      return call(handle)
    }),
  ),
  same('what was removed can still be read', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc')
    const handle = await fs.open(at('f'))
    await fs.unlink(at('f'))
    const text = await handle.readFile('utf8')
    const { nlink } = await handle.stat()
    await handle.close()
    return [text, nlink]
  }),
  differs('events of a handle', 'is no `EventEmitter`', async (stage) =>
    opened(stage, async (handle) => typeof (handle as { on?: unknown }).on),
  ),
  differs('streams of Node', 'has no `createReadStream` and no `createWriteStream`', async (stage) =>
    opened(stage, async (handle) => [typeof handle.createReadStream, typeof handle.createWriteStream]),
  ),
]
