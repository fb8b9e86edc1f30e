import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository, seen from build/test/architecture. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** One thing that a module imports, re-exports or requires. */
export interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
}

/** A file of src, by its path within it, such as `protocol/codec.ts`. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}

const STATIC =
  /^\s*(?:import|export)(\s+type\b)?\s*(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+(?:\s*,\s*\{[^}]*\})?)\s*from\s*['"]([^'"]+)['"]/gm
const BARE = /^\s*import\s*['"]([^'"]+)['"]/gm
/** `import('x')`, `require('x')`, and the call of what createRequire gives. */
const CALL = /(?:\bimport|\brequire|\bcreateRequire\([^)]*\))\s*\(\s*['"]([^'"]+)['"]\s*\)/g

export function importsOf(text: string): Import[] {
  const found: Import[] = []
  for (const [, type, specifier] of text.matchAll(STATIC)) {
    found.push({ specifier: specifier!, typeOnly: type !== undefined })
  }
  for (const pattern of [BARE, CALL]) {
    for (const [, specifier] of text.matchAll(pattern)) found.push({ specifier: specifier!, typeOnly: false })
  }
  return found
}

/** Every TypeScript file of src. */
export function readSources(): Source[] {
  const src = join(ROOT, 'src')
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => {
      const text = readFileSync(file, 'utf8')
      return { path: relative(src, file).split(sep).join('/'), text, imports: importsOf(text) }
    })
}

/** Where a relative import of `from` leads, within src. */
export function resolveImport(from: string, specifier: string): string {
  return posix.normalize(posix.join(dirname(from), specifier)).replace(/\.js$/, '.ts')
}

/** `text` without its comments, as well as lines tell: enough for files that Prettier has formatted. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/(^|\s)\/\/ .*$/gm, '')
}
