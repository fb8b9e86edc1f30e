import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The blocks of code in `language` that a page has, in order. */
export function blocks(page: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const found = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, code]) => code!,
  )
  assert.notEqual(found.length, 0, `${page} has no block of ${language}`)
  return found
}

/** Compiles a program as a strict user would; returns the file to run. Gone when the tests of this file are over. */
export function compile(code: string): string {
  // Inside of the repository, so that the name of the package leads to this build of it.
  const directory = mkdtempSync(join(ROOT, 'build', 'example-'))
  after(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'example.ts')
  writeFileSync(file, code)
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const types = join(ROOT, 'node_modules', '@types')
  const options = ['--ignoreConfig', '--strict', '--target', 'es2022', '--lib', 'es2023,esnext.disposable']
  const how = ['--module', 'nodenext', '--types', 'node', '--typeRoots', types, '--rootDir', directory]
  printed(tsc, ...options, ...how, '--outDir', directory, file)
  return file.replace(/ts$/, 'js')
}

/** What Node prints when it runs `args`. */
export function printed(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
  assert.equal(status, 0, `${stdout}\n${stderr}`)
  return stdout
}
