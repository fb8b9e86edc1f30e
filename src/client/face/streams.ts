import { wrongValue } from './argument-errors.js'
import { decodeText, type Encoding } from './text.js'

/* Web streams and lines over an open file: what there is instead of Node's streams, which no browser has. */

/** Reads at the file's position, or at `at`; 0 at the end. */
type Read = (into: Uint8Array, at: number | undefined) => Promise<number>

const CHUNK_BYTES = 16_384

/** A stream of the bytes from the file's position on. */
export function byteStream(read: Read): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const chunk = new Uint8Array(CHUNK_BYTES)
      const count = await read(chunk, undefined)
      if (count > 0) controller.enqueue(chunk.subarray(0, count))
      else endStream(controller)
    },
  })
}

function endStream(controller: ReadableByteStreamController): void {
  controller.close()
  // Whoever brought a buffer to be filled waits for it. Node's types do not know of it.
  const { byobRequest } = controller as { readonly byobRequest?: { respond(count: number): void } | null | undefined }
  byobRequest?.respond(0)
}

/** Options of {@link lines}. */
export interface LineOptions {
  /** One that has ASCII in it: not UTF-16, hex or Base64. @default 'utf8' */
  readonly encoding?: Encoding | null | undefined
  /** The first byte that is read. @default the file's position */
  readonly start?: number | undefined
  /** The last byte that is read. @default the last of the file */
  readonly end?: number | undefined
  /** Closes the file at the end. @default true */
  readonly autoClose?: boolean | undefined
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** The lines of a file without what ends them. */
export async function* lines(read: Read, options: LineOptions): AsyncGenerator<string, undefined> {
  const encoding = options.encoding ?? 'utf8'
  if (decodeText(Uint8Array.of(LINE_FEED), encoding) !== '\n')
    throw wrongValue('the encoding', encoding, 'has no lines that could be told apart by their bytes')
  let rest = new Uint8Array(0)
  let wasReturn = false
  for await (const chunk of chunks(read, options)) {
    let start = 0
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i]!
      // The second half of what ended the last line.
      const isSecond = byte === LINE_FEED && wasReturn
      wasReturn = byte === CARRIAGE_RETURN
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) continue
      if (!isSecond) yield decodeText(concatenated(rest, chunk.subarray(start, i)), encoding)
      rest = new Uint8Array(0)
      start = i + 1
    }
    rest = concatenated(rest, chunk.subarray(start))
  }
  if (rest.length > 0) yield decodeText(rest, encoding)
}

async function* chunks(read: Read, { start, end = Infinity }: LineOptions): AsyncGenerator<Uint8Array, undefined> {
  let done = 0
  for (;;) {
    const most = end - (start ?? 0) + 1 - done
    const chunk = new Uint8Array(Math.max(0, Math.min(CHUNK_BYTES, most)))
    const count = await read(chunk, start === undefined ? undefined : start + done)
    if (count === 0) return
    yield chunk.subarray(0, count)
    done += count
  }
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
