import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { renderProtocolDocs } from '../../../scripts/render-protocol-docs.js'

test('docs/protocol.md is what the tables say', () => {
  const there = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8')
  assert.ok(there === renderProtocolDocs(), 'docs/protocol.md is stale: run "npm run docs"')
})
