import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readMounts } from '#src/kernel/mountinfo.js'
import { free } from '../helpers/free.js'

const LIMIT_MS = 10_000

/** An example that runs in the foreground, and what it has printed. */
export interface Example {
  readonly path: string
  readonly child: ChildProcess
  readonly output: () => string
}

export function exampleFile(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}.js`, import.meta.url))
}

/** A private mount point, which is free and gone when the test is over, however it ends. */
export function mountPoint(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'fusewire-example-'))
  const path = join(parent, 'mnt')
  mkdirSync(path)
  t.after(() => {
    free(path)
    rmSync(parent, { recursive: true, force: true })
  })
  return path
}

export function isMounted(path: string): boolean {
  return readMounts().some(({ mountpoint }) => mountpoint === path)
}

/** Starts `examples/NAME -f OPTIONS MOUNTPOINT`, and waits until it is mounted. */
export async function start(t: TestContext, name: string, ...options: string[]): Promise<Example> {
  const path = mountPoint(t)
  const child = spawn(process.execPath, [exampleFile(name), '-f', ...options, path])
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  await until(`${name} is mounted`, () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${output}`)
    return isMounted(path)
  })
  return { path, child, output: () => output }
}

/** Unmounts by SIGTERM. Returns the exit code. */
export async function stop({ child }: Example): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const gone = once(child, 'exit') as Promise<[number | null]>
  child.kill('SIGTERM')
  return (await gone)[0]
}

/** Looks again and again until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MS
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${LIMIT_MS / 1000} s in vain until ${what}`)
    await sleep(10)
  }
}
