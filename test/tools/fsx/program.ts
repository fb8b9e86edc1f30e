import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../fsx.js', import.meta.url))

export interface ProgramEnd {
  /** 0: no difference; 1: a difference; 2: wrong arguments; null: ended by `signal`. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** All it printed. */
  readonly output: string
}

/** Runs the program (see fsx.ts) and ends it after `limitMs`. This is how a process tests what it serves itself. */
export async function runFsxProgram(directory: string, args: readonly string[], limitMs = 60_000): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, directory, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
      })
    }
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
}
