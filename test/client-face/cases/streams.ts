import { Readable } from 'node:stream'
import { same, tried, type Case, type Stage } from '../case.js'

/* Streams and lines. */

async function linesOf({ fs, at }: Stage, content: string | Buffer, options?: object): Promise<unknown> {
  await fs.writeFile(at('f'), content)
  const handle = await fs.open(at('f'))
  const lines: string[] = []
  for await (const line of handle.readLines(options)) lines.push(line)
  return [lines, handle.fd]
}

const TEXTS: Readonly<Record<string, string>> = {
  'a line without an end': 'a',
  'an empty file': '',
  'lines and a rest': 'a\nb\n\nc',
  'every end of a line': 'a\r\nb\rc\nd\r\n\r\n\re',
  'only ends': '\n\n',
  'separators of Unicode': 'a\u2028b\u2029c\u0085d',
  'more than ASCII': 'ä✓😀\nüö',
}

export const streams: readonly Case[] = [
  ...Object.entries(TEXTS).map(([name, text]) => same(`readLines: ${name}`, async (stage) => linesOf(stage, text))),
  same('readLines: longer than a chunk', async (stage) =>
    linesOf(stage, Array.from({ length: 900 }, (_, i) => 'ä✓'.repeat(i % 60)).join('\r\n')),
  ),
  same('readLines: one line longer than several chunks', async (stage) => linesOf(stage, `${'x'.repeat(200_000)}\ny`)),
  same('readLines: an encoding', async (stage) =>
    linesOf(stage, Buffer.from('\xe4\n\xfc', 'latin1'), { encoding: 'latin1' }),
  ),
  same('readLines: from here to there', async (stage) => linesOf(stage, 'abc\ndef\nghi', { start: 2, end: 8 })),
  same('readLines: leaves the file open if asked to', async (stage) => {
    await stage.fs.writeFile(stage.at('f'), 'a\nb')
    const handle = await stage.fs.open(stage.at('f'))
    const lines: string[] = []
    for await (const line of handle.readLines({ autoClose: false })) lines.push(line)
    const isOpen = handle.fd >= 0
    await handle.close()
    return [lines, isOpen]
  }),
  same('readableWebStream gives all bytes from the position on', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'x'.repeat(100_000))
    const handle = await fs.open(at('f'))
    await handle.read(Buffer.alloc(10), 0, 10, null)
    let length = 0
    for await (const chunk of handle.readableWebStream() as AsyncIterable<Uint8Array>) length += chunk.byteLength
    const isOpen = handle.fd >= 0
    await handle.close()
    return [length, isOpen]
  }),
  same('readableWebStream with a reader that brings its own buffers', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abcdef')
    const handle = await fs.open(at('f'))
    const reader = (handle.readableWebStream({ type: 'bytes' }) as ReadableStream<Uint8Array>).getReader({
      mode: 'byob',
    })
    const parts: string[] = []
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(4))
      if (done) break
      parts.push(Buffer.from(value).toString())
    }
    await handle.close()
    return parts.join('')
  }),
  same('readableWebStream of a closed file', async ({ fs, at }) => {
    const handle = await fs.open(at('f'), 'w')
    await handle.close()
    return handle.readableWebStream()
  }),
  same('a stream of Node made of the web stream', async ({ fs, at }) => {
    await fs.writeFile(at('f'), 'abc')
    const handle = await fs.open(at('f'))
    const parts: Buffer[] = []
    for await (const part of Readable.fromWeb(handle.readableWebStream({ type: 'bytes' }) as never))
      parts.push(Buffer.from(part as Buffer))
    await handle.close()
    return [Buffer.concat(parts).toString(), await tried(handle.read())]
  }),
]
