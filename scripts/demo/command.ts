import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A command that takes longer hangs, in ms. */
const LIMIT_MS = 20_000

/** The command `fusewire` of this build. */
export const FUSEWIRE = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

/** How a command ended, and what it printed. */
export interface Result {
  readonly status: number | null
  readonly output: string
}

/** Runs a line of shell in a process of its own, for which the mount may block. */
export function run(command: string, cwd: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: 'C' }
    const child = spawn('sh', ['-c', `exec 2>&1; ${command}`], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    let output = ''
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      reject(new Error(`'${command}' did not end within ${LIMIT_MS / 1000} s`))
    }, LIMIT_MS)
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', reject)
    child.on('close', (status) => {
      clearTimeout(timer)
      resolve({ status, output })
    })
  })
}

/** Runs `fusewire` with `args`; resolves with its exit code and what it printed. */
export function fusewire(...args: readonly string[]): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [FUSEWIRE, ...args], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  return { status, output: stdout + stderr }
}
