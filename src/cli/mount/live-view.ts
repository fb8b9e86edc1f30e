import { clearScreenDown, moveCursor } from 'node:readline'
import type { WriteStream } from 'node:tty'
import type { Mount } from '../../index.js'
import type { MountStatus } from '../../diagnostics/index.js'
import { jsonOf } from '../status/json.js'
import { lineOf, viewOf } from '../status/view.js'

/** How a {@link LiveView} shows what it shows. */
export interface LiveViewOptions {
  readonly everyMs: number
  /** One object a line, whatever the output is. */
  readonly json: boolean
}

/**
 * Shows again and again what a mount is doing: on a terminal in place, anywhere else line by line. The terminal is told
 * nothing while its reader is slow.
 */
export class LiveView {
  private readonly output: WriteStream
  private readonly options: LiveViewOptions
  private mounted: Pick<Mount, 'status'> | undefined
  private before: MountStatus | undefined
  /** How many lines of the terminal are ours. */
  private drawn = 0

  /** @param output a terminal or not */
  constructor(output: WriteStream, options: LiveViewOptions) {
    this.output = output
    this.options = options
  }

  /** Until the process ends. */
  start(mounted: Pick<Mount, 'status'>): void {
    this.mounted = mounted
    this.draw()
    setInterval(() => this.draw(), this.options.everyMs).unref()
  }

  /** For what else is written to the same terminal: goes above the view. */
  above(write: () => void): void {
    this.erase()
    write()
    if (this.mounted !== undefined && this.isInPlace) this.draw()
  }

  private get isInPlace(): boolean {
    return this.output.isTTY && !this.options.json
  }

  private draw(): void {
    // Whoever does not read gets less, instead of all of it later.
    if (this.mounted === undefined || this.output.writableLength > 0) return
    const now = this.mounted.status()
    const { before } = this
    this.before = now
    if (!this.isInPlace) {
      this.output.write(`${this.options.json ? jsonOf(now, before) : lineOf(now, before)}\n`)
      return
    }
    // A line that the terminal breaks in two, or that scrolls away, could not be erased. Some terminals say 0.
    const columns = this.output.columns || 80
    const rows = this.output.rows || 24
    const lines = viewOf(now, before).slice(0, Math.max(rows - 1, 1))
    this.erase()
    this.output.write(lines.map((line) => `${line.slice(0, columns - 1)}\n`).join(''))
    this.drawn = lines.length
  }

  private erase(): void {
    if (this.drawn === 0) return
    moveCursor(this.output, 0, -this.drawn)
    clearScreenDown(this.output)
    this.drawn = 0
  }
}
