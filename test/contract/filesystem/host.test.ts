/** The contract on a host directory: the reference, which decides what the checks may expect. */
import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after } from 'node:test'
import { runContract } from './contract.js'

const root = mkdtempSync(`${tmpdir()}/fusewire-host-`)
// The ordinary user has to pass through it.
chmodSync(root, 0o755)
after(() => rmdirSync(root))

for (const as of ['root', 'user'] as const) runContract({ name: 'a host directory', root, as })
