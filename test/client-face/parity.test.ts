import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import * as nodeFs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Case, Fs } from './case.js'
import { CASES } from './cases/index.js'
import { comparable, outcomeOf } from './outcome.js'
import { memoryClient } from './memory-client.js'

/* The same checks on `node:fs/promises` and on `client.fs`: what is answered and how it fails must be equal. */

const directory = mkdtempSync(join(tmpdir(), 'fusewire-face-'))
after(() => rmSync(directory, { recursive: true, force: true }))

const { client, close } = memoryClient()
after(close)

const documentation = readFileSync(fileURLToPath(new URL('../../../docs/client.md', import.meta.url)), 'utf8')
/** Of docs/client.md, with each line break as a space. */
const prose = documentation.replaceAll(/\s+/g, ' ')

async function run(one: Case, index: number): Promise<void> {
  const there = join(directory, String(index))
  const here = `/${index}`
  await nodeFs.mkdir(there)
  await client.fs.mkdir(here)
  const node = await outcomeOf(one, { fs: nodeFs, at: (name) => `${there}/${name}` })
  const own = await outcomeOf(one, { fs: client.fs as unknown as Fs, at: (name) => `${here}/${name}` })
  if (one.differs === undefined) {
    assert.deepEqual(comparable(own, node), node)
    return
  }
  assert.notDeepEqual(comparable(own, node), node, 'it does not differ any more')
  assert.ok(prose.includes(one.differs), `docs/client.md does not say: ${one.differs}`)
}

const isReference = process.platform === 'linux' && process.version.startsWith('v20.')
const skip = !isReference && 'Node 20 on Linux is the reference'
let count = 0
for (const [subject, cases] of Object.entries(CASES)) {
  suite(subject, { skip }, () => {
    for (const one of cases) {
      const index = (count += 1)
      test(one.name, async () => run(one, index))
    }
  })
}
