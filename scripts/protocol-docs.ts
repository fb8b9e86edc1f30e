import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { renderProtocolDocs } from './render-protocol-docs.js'

/* Writes docs/protocol.md. Runs as build/scripts/protocol-docs.js. */

const path = fileURLToPath(new URL('../../docs/protocol.md', import.meta.url))
writeFileSync(path, renderProtocolDocs())
