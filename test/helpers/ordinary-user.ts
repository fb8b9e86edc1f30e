import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cannotMount } from './needs.js'

/* Programs that run as an ordinary user who may open /dev/fuse, whatever its mode is here. */

/** Nobody's; the user of {@link asUser}. */
export const USER_ID = 65_534

/**
 * Run as root, in a mount namespace of its own: puts another device node, which everybody may open, over /dev/fuse, and
 * another /etc/fuse.conf over the one that is there, then becomes the user. What it mounts, and what the user mounts, is
 * gone with the last process in there.
 */
const ENTER = `set -e
scratch=$1; configuration=$2; mode=$3; shift 3
mount -t tmpfs -o mode=0755 none "$scratch"
mknod "$scratch/fuse" c 10 229
chmod "$mode" "$scratch/fuse"
mount --bind "$scratch/fuse" /dev/fuse
printf '%s' "$configuration" > "$scratch/fuse.conf"
if [ -e /etc/fuse.conf ]; then mount --bind "$scratch/fuse.conf" /etc/fuse.conf; fi
exec setpriv --reuid=${USER_ID} --regid=${USER_ID} --clear-groups "$@"`

const LIMIT_MS = 20_000

/** What the program finds. */
export interface Surroundings {
  /** What is in /etc/fuse.conf. @default nothing */
  readonly configuration?: string
  /** The mode of /dev/fuse, as chmod(1) takes it. @default '0666' */
  readonly deviceMode?: string
}

function command(scratch: string, program: readonly string[], surroundings: Surroundings = {}): [string, string[]] {
  const { configuration = '', deviceMode = '0666' } = surroundings
  return [
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'enter', scratch, configuration, deviceMode, ...program],
  ]
}

function scratchDirectory(): string {
  const scratch = join(mkdtempSync(join(tmpdir(), 'fusewire-user-')), 'scratch')
  mkdirSync(scratch)
  return scratch
}

function removeScratch(scratch: string): void {
  rmdirSync(scratch)
  rmdirSync(join(scratch, '..'))
}

/** Why {@link asUser} cannot work here, or false. */
export function cannotBeUser(): string | false {
  const reason = cannotMount()
  if (reason !== false) return reason
  const scratch = scratchDirectory()
  try {
    const [file, args] = command(scratch, ['sh', '-c', ': <>/dev/fuse'])
    const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8', timeout: LIMIT_MS })
    return status === 0 ? false : `needs a mount namespace: ${error?.message ?? stderr.trim()}`
  } finally {
    removeScratch(scratch)
  }
}

/** Runs a program as {@link USER_ID}, and answers what it wrote. It is killed after 20 s. */
export async function asUser(program: readonly string[], surroundings: Surroundings = {}): Promise<string> {
  const scratch = scratchDirectory()
  try {
    return await new Promise((resolve, reject) => {
      const [file, args] = command(scratch, program, surroundings)
      const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL' })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => (output += text))
      }
      child.on('error', reject)
      child.on('close', () => resolve(output.trim()))
    })
  } finally {
    removeScratch(scratch)
  }
}
