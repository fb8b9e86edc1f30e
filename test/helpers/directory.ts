import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A fresh directory that is gone when test `t` ends. */
export function privateDirectory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fusewire-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
