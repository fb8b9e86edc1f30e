/** The contract on a host directory that is served through the kernel, by root to all. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, before, test } from 'node:test'
import { cannotMount } from '../../helpers/needs.js'
import { serve } from '../../helpers/served.js'
import { runContract } from './contract.js'
import type { Lacks } from './traits.js'

/** The kernel refuses them by itself (fuse_file_fallocate). */
const lacks: Lacks = { collapseRange: 'no mode of FALLOCATE', insertRange: 'no mode of FALLOCATE' }

const reason = cannotMount()
if (reason !== false) void test('filesystem contract on a passthrough mount', { skip: reason }, () => {})
else {
  const cleanUps: (() => void)[] = []
  const source = mkdtempSync(`${tmpdir()}/fusewire-source-`)
  let root = ''
  before(async () => {
    // The ordinary user has to pass through it.
    chmodSync(source, 0o755)
    const served = await serve({ after: (cleanUp) => cleanUps.push(cleanUp) }, 'passthrough', source)
    root = served.path
  })
  after(() => {
    for (const cleanUp of cleanUps) cleanUp()
    rmSync(source, { recursive: true })
  })
  for (const as of ['root', 'user'] as const) runContract({ name: 'a passthrough mount', root: () => root, as, lacks })
}
