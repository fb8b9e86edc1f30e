import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { whyNot } from './demo/can-mount.js'
import { run, type Result } from './demo/command.js'
import { Server } from './demo/server.js'

/*
 * What `npm run demo` runs: serves a directory with `fusewire mount` and uses it through the kernel, as any program would.
 * Shows each command, what it printed, and what the kernel asked of the filesystem for it. Leaves nothing behind. Exits with
 * 0 if everything was as it should be, 3 if this system cannot mount, else 1.
 */

const LARGE_BYTES = 32 << 20

/** One thing to show. */
interface Step {
  readonly command: string
  /** What it must print, without the last newline; else what must be in it. @default nothing */
  readonly prints?: string | RegExp
  /** @default 0 */
  readonly status?: number
}

const STEPS: readonly Step[] = [
  { command: 'ls -l mnt', prints: / 23 .* hello\.txt\n.* large$/ },
  { command: 'cat mnt/hello.txt', prints: 'Hello from the source.' },
  { command: 'cat mnt/absent', prints: /No such file or directory/, status: 1 },
  { command: 'echo written through the mount > mnt/note.txt' },
  { command: 'cat source/note.txt', prints: 'written through the mount' },
  { command: "stat -c '%F, %s bytes, mode %a' mnt/note.txt", prints: /^regular file, 26 bytes, mode / },
  { command: 'mkdir mnt/dir && mv mnt/note.txt mnt/dir/ && ls source/dir && rm -r mnt/dir', prints: 'note.txt' },
  { command: `cat mnt/large | wc -c`, prints: String(LARGE_BYTES) },
  { command: 'cmp mnt/large source/large' },
]

async function main(): Promise<number> {
  const reason = whyNot()
  if (reason !== undefined) {
    console.log(`The demo needs to mount a filesystem, and cannot here:\n${reason}`)
    return 3
  }
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-demo-'))
  mkdirSync(join(directory, 'source'))
  mkdirSync(join(directory, 'mnt'))
  writeFileSync(join(directory, 'source', 'hello.txt'), 'Hello from the source.\n')
  writeFileSync(join(directory, 'source', 'large'), Buffer.alloc(LARGE_BYTES, 'fusewire '))
  const server = new Server(directory)
  try {
    console.log(`In ${directory}:\n`)
    await server.start()
    for (const [index, step] of STEPS.entries()) {
      if (!(await show(server, directory, step, index))) return 1
    }
    return (await server.stop()) && isGone(directory) ? 0 : 1
  } catch (error) {
    console.error(`\nFAILED: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    await server.clear()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function show(server: Server, directory: string, step: Step, index: number): Promise<boolean> {
  const { command } = step
  const began = performance.now()
  const result = await run(command, directory)
  const tookMs = performance.now() - began
  // A name that only this asks for: once the filesystem was asked for it, everything before has been seen.
  const mark = `.demo-${index}`
  await stat(join(directory, 'mnt', mark)).catch(() => undefined)
  const requests = await server.requestsUntil(mark)
  console.log(`$ ${command}`)
  for (const line of result.output.split('\n').slice(0, -1)) console.log(`  ${line}`)
  server.print(requests)
  console.log(`  = ${requests.length} requests in ${tookMs.toFixed(1)} ms, the start of the program included\n`)
  if (isExpected(step, result)) return true
  console.error(`FAILED: that is not what '${command}' should print, or it exited with ${result.status}`)
  return false
}

function isExpected({ prints = '', status = 0 }: Step, result: Result): boolean {
  const output = result.output.replace(/\n$/, '')
  return result.status === status && (typeof prints === 'string' ? output === prints : prints.test(output))
}

function isGone(directory: string): boolean {
  if (!readFileSync('/proc/self/mountinfo', 'utf8').includes(directory)) return true
  console.error('FAILED: the mount is still there')
  return false
}

process.exit(await main())
