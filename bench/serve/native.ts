import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The sources, which no build copies. */
const SOURCES = fileURLToPath(new URL('../../../bench/serve/native/', import.meta.url))

/** The programs in C, built. */
export interface Native {
  readonly load: string
  readonly toy: string
  readonly libfuse: string
}

/** Builds the programs in C in `directory`. @returns why that cannot be done here, in one line, if it cannot */
export function buildNative(directory: string): Native | string {
  const version = run('pkg-config', ['--modversion', 'fuse3'])
  if (version === undefined) return 'needs libfuse and pkg-config (Debian: libfuse3-dev pkg-config)'
  const flags = run('pkg-config', ['--cflags', '--libs', 'fuse3']) ?? ''
  const native = { load: join(directory, 'load'), toy: join(directory, 'toy'), libfuse: version }
  for (const [name, libraries] of [
    ['load', ['-pthread']],
    ['toy', flags.split(/\s+/)],
  ] as const) {
    const source = join(SOURCES, `${name}.c`)
    const how = ['-O2', '-Wall', '-Wextra', '-o', native[name], source, ...libraries]
    if (run('cc', how) === undefined) return `needs a C compiler that builds ${name}.c`
  }
  return native
}

function run(command: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 })
  if (status === 0) return stdout.trim()
  if (typeof stderr === 'string' && stderr !== '') console.error(stderr.trim())
  return undefined
}
