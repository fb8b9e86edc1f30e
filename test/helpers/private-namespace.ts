import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findHelper } from '#src/kernel/fusermount.js'
import { cannotMount } from './needs.js'

/** Why tests cannot mount as an ordinary user here, or false. */
export function cannotMountAsUser(): string | false {
  return cannotMount() || (findHelper() === undefined ? 'needs fusermount3 (package fuse3)' : false)
}

/** Makes mounts private, and a FUSE device that everybody may open, for the program `$@` alone. */
const PREPARE = `
  set -e
  mknod "$1/fuse" c 10 229
  chmod 666 "$1/fuse"
  mount --bind "$1/fuse" /dev/fuse
  shift
  exec "$@"
`

/**
 * Runs a program of Node as root in a mount namespace of its own, where /dev/fuse is everybody's, as it is on most machines;
 * resolves with what it printed. What it leaves mounted there is gone with it.
 *
 * @throws if it fails, with what it printed
 */
export async function inPrivateNamespace(program: URL, args: readonly string[], limitMs = 60_000): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), 'fusewire-device-'))
  const words = ['--mount', '--propagation', 'private', 'sh', '-c', PREPARE, 'sh', scratch, process.execPath]
  let output = ''
  const child = spawn('unshare', [...words, program.pathname, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  const ended = await new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve(signal ?? String(status)))
  })
  rmSync(scratch, { recursive: true })
  if (ended !== '0') throw new Error(`it ended with ${ended} and printed:\n${output}`)
  return output
}
