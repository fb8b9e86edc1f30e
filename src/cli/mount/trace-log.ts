import { createWriteStream, openSync } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { TraceEvent } from '../../index.js'

/** So many bytes wait for a slow disk, or a reader of standard error that has stopped; more is lost, and counted. */
const MAX_WAITING_BYTES = 4 << 20
/** How long the last lines may take when the mount has ended, in ms. */
const LAST_MS = 1000

/**
 * Writes the trace, one line for each message: seconds since the first one, the line itself, and for a reply how long it
 * took. Written by another thread: a reader that stops must not stop the filesystem.
 */
export class TraceLog {
  private readonly stream: WriteStream
  private beganMs: number | undefined
  private lost = 0

  /** @param file to be appended to; empty: standard error. Opened here, before anything is mounted over it. */
  constructor(file: string) {
    const fd = file === '' ? 2 : openSync(file, 'a')
    this.stream = createWriteStream('', { fd, autoClose: file !== '' })
    // Nobody reads any more (EPIPE), or the disk is full: the filesystem goes on without a trace.
    this.stream.on('error', () => undefined)
  }

  readonly write = ({ line, timeMs, tookMs }: TraceEvent): void => {
    this.beganMs ??= timeMs
    if (this.stream.writableLength > MAX_WAITING_BYTES) {
      this.lost += 1
      return
    }
    if (this.lost > 0) this.stream.write(`lost ${this.lost} messages\n`)
    this.lost = 0
    const took = tookMs === undefined ? '' : ` after ${Math.round(tookMs * 1000)} us`
    this.stream.write(`${((timeMs - this.beganMs) / 1000).toFixed(6)} ${line}${took}\n`)
  }

  async close(): Promise<void> {
    if (this.lost > 0) this.stream.write(`lost ${this.lost} messages\n`)
    this.stream.end()
    await finished(this.stream, { signal: AbortSignal.timeout(LAST_MS) }).catch(() => undefined)
  }
}
