import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Job, Line } from './child.js'

const PROGRAM = fileURLToPath(new URL('child.js', import.meta.url))
/** A process that SIGKILL does not end by then is stuck in the kernel; it is left to the kernel. */
const KILL_GRACE_MS = 3000

/** How a child ended; `stuck` when it would not even die. */
export interface ChildEnd {
  readonly code: number | null
  readonly signal: string | null
  readonly timedOut: boolean
  readonly stuck: boolean
  /** The last of what it wrote on standard error, for the report of a crash. */
  readonly stderr: string
}

/**
 * Runs one job in a child. `onLine` gets what it tells; `limitFor` answers the time allowed from that line to the next.
 * The child leads a process group, so that what it started dies with it.
 */
export async function runChild(
  job: Job,
  onLine: (line: Line) => void,
  limitFor: (line: Line | undefined) => number,
): Promise<ChildEnd> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(job)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let timedOut = false
    let stderr = ''
    let text = ''
    let timer = setTimeout(expire, limitFor(undefined))
    let graceTimer: NodeJS.Timeout | undefined

    function killGroup(): void {
      try {
        process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // It ended by itself in this moment.
      }
    }
    function expire(): void {
      timedOut = true
      killGroup()
      graceTimer = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
        child.unref()
        finish(null, null, true)
      }, KILL_GRACE_MS)
    }
    function finish(code: number | null, signal: string | null, stuck: boolean): void {
      clearTimeout(timer)
      clearTimeout(graceTimer)
      if (!stuck) killGroup()
      process.off('exit', killGroup)
      resolve({ code, signal, timedOut, stuck, stderr })
    }

    process.on('exit', killGroup)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        if (timedOut) return
        const parsed = JSON.parse(line) as Line
        clearTimeout(timer)
        timer = setTimeout(expire, limitFor(parsed))
        onLine(parsed)
      }
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-4000)
    })
    child.on('close', (code, signal) => finish(code, signal, false))
  })
}
