import { Readable } from 'node:stream'
import { same, tried, type Case } from '../case.js'

/* readFile, writeFile, appendFile, truncate. */

const ENCODINGS = [
  'utf8',
  'UTF-8',
  'utf16le',
  'ucs2',
  'latin1',
  'binary',
  'ascii',
  'hex',
  'base64',
  'base64url',
] as const
const BASE64 = '0a1B-_+/ 9x\n=='
const TEXT = '\uFEFFgrün – ✓ 😀 \uD800 0a1B-_+/='
const BYTES = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0xc3, 0xa4, 0xe2, 0x82, 0x00, 0x80, 0xfb, 0xf0, 0x3f])

const encodingCases = ENCODINGS.flatMap((encoding) => [
  same(`text is written in ${encoding}`, async ({ fs, at }) => {
    await fs.writeFile(at('f'), encoding.startsWith('base64') ? BASE64 : TEXT, encoding as BufferEncoding)
    return fs.readFile(at('f'))
  }),
  same(`text is read in ${encoding}`, async ({ fs, at }) => {
    await fs.writeFile(at('f'), BYTES)
    return [
      await fs.readFile(at('f'), encoding as BufferEncoding),
      await fs.readFile(at('f'), { encoding: encoding as BufferEncoding }),
    ]
  }),
])

async function* later(...pieces: (string | Uint8Array)[]) {
  for (const piece of pieces) {
    await Promise.resolve()
    yield piece
  }
}

export const wholeFiles: readonly Case[] = [
  ...encodingCases,
  same('bytes come as a Buffer', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc')
    const bytes = await fs.readFile(at('f'))
    return [Buffer.isBuffer(bytes), bytes.toString('hex'), bytes.toString()]
  }),
  same('an empty file', async ({ fs, at }) => {
    await fs.writeFile(at('f'), '')
    return [await fs.readFile(at('f')), await fs.readFile(at('f'), 'utf8')]
  }),
  same('a large file', async ({ fs, at }) => {
    const bytes = Buffer.from(Uint8Array.from({ length: 1_500_000 }, (_, i) => i * 7))
    await fs.writeFile(at('f'), bytes)
    return (await fs.readFile(at('f'))).equals(bytes)
  }),
  same('an encoding that is none', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'x')
    return [
      await tried(fs.readFile(at('f'), 'klingon' as BufferEncoding)),
      await tried(fs.writeFile(at('f'), 'x', 'klingon' as BufferEncoding)),
      await tried(fs.readdir(at(''), { encoding: 'klingon' as BufferEncoding })),
    ]
  }),
  same('options that are none', async ({ fs, at }) => fs.readFile(at('f'), 3 as unknown as BufferEncoding)),
  same('kinds of views', async ({ fs, at }) => {
    await fs.writeFile(at('f'), new Uint16Array([1, 2, 3]))
    await fs.appendFile(at('f'), new DataView(new ArrayBuffer(2)) as never)
    await fs.appendFile(at('f'), new Uint8Array([7, 8, 9]).subarray(1, 2))
    return fs.readFile(at('f'))
  }),
  same('iterables and streams', async ({ fs, at }) => {
    await fs.writeFile(at('f'), ['ab', new Uint8Array([99])] as Iterable<string>)
    await fs.appendFile(at('f'), later('d', Buffer.from('e')) as never)
    await fs.appendFile(at('f'), Readable.from(['f', 'g']) as never)
    await fs.writeFile(at('g'), later('6869') as never, { encoding: 'hex' })
    return [await fs.readFile(at('f'), 'utf8'), await fs.readFile(at('g'), 'utf8')]
  }),
  same('what cannot be written', async ({ fs, at }) => {
    const things = [undefined, null, 3, {}, true, Symbol.iterator, () => 'x']
    const results = []
    for (const thing of things) results.push(await tried(fs.writeFile(at('f'), thing as string)))
    return [results, await fs.readdir(at(''))]
  }),
  same('flags and modes', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc', { mode: 0o600 })
    await fs.writeFile(at('f'), 'X', { flag: 'r+' })
    await fs.writeFile(at('f'), 'd', { flag: 'a' })
    return [
      await fs.readFile(at('f'), 'utf8'),
      (await fs.stat(at('f'))).mode,
      await tried(fs.writeFile(at('f'), 'x', { flag: 'wx' })),
      await tried(fs.readFile(at('g'), { flag: 'a+' })),
      await tried(fs.readFile(at('f'), { flag: 'nope' })),
      await tried(fs.writeFile(at('f'), 'x', { mode: 'nope' })),
    ]
  }),
  same('flush', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc', { flush: true })
    return [await fs.readFile(at('f'), 'utf8'), await tried(fs.writeFile(at('f'), 'x', { flush: 1 } as never))]
  }),
  same('appendFile makes the file', async ({ fs, at }) => {
    await fs.appendFile(at('f'), 'a')
    await fs.appendFile(at('f'), 'b', 'latin1')
    await fs.appendFile(at('f'), 'c', { mode: 0o600 })
    return fs.readFile(at('f'), 'utf8')
  }),
  same('of an open file, from its position on', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abcdef')
    const handle = await fs.open(at('f'), 'r+')
    await handle.read(Buffer.alloc(2), 0, 2, null)
    const rest = await fs.readFile(handle, 'utf8')
    await fs.writeFile(handle, '!')
    await fs.appendFile(handle, '?')
    await handle.close()
    return [rest, await fs.readFile(at('f'), 'utf8')]
  }),
  same('a directory', async ({ fs, at }) => [
    await tried(fs.readFile(at(''))),
    await tried(fs.writeFile(at(''), 'x')),
    await tried(fs.truncate(at(''))),
  ]),
  same('truncate', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abcdef')
    await fs.truncate(at('f'), 3)
    const short = await fs.readFile(at('f'))
    await fs.truncate(at('f'), 5)
    const long = await fs.readFile(at('f'))
    await fs.truncate(at('f'))
    return [short, long, await fs.readFile(at('f'))]
  }),
  same('truncate to what is no length', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc')
    return [
      await tried(fs.truncate(at('f'), 1.5)),
      await tried(fs.truncate(at('f'), 'x' as unknown as number)),
      await tried(fs.truncate(at('f'), -1)),
      await fs.readFile(at('f'), 'utf8'),
    ]
  }),
  same('a signal that is aborted before', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc')
    const signal = AbortSignal.abort()
    return [
      await tried(fs.readFile(at('f'), { signal })),
      await tried(fs.writeFile(at('f'), 'x', { signal })),
      await fs.readFile(at('f'), 'utf8'),
    ]
  }),
  same('the error of an aborted call', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc')
    return fs.readFile(at('f'), { signal: AbortSignal.abort(new Error('enough')) })
  }),
  same('its cause', async ({ fs, at }) => {
    const reason = new Error('enough')
    const failed = await fs.readFile(at('f'), { signal: AbortSignal.abort(reason) }).catch((error: unknown) => error)
    return [(failed as Error).name, (failed as Error).cause === reason]
  }),
  same('a signal that is aborted meanwhile', async ({ fs, at }) => {
    const controller = new AbortController()
    const pieces = async function* () {
      yield 'a'
      controller.abort()
      yield 'b'
    }
    const result = await tried(fs.writeFile(at('f'), pieces() as never, { signal: controller.signal }))
    return [result, await fs.readFile(at('f'), 'utf8')]
  }),
  same('a signal that is none', async ({ fs, at }) => fs.writeFile(at('f'), 'x', { signal: 3 } as never)),
]
