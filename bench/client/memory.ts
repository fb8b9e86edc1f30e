import { createClient } from '#src/client/client.js'
import { serve } from '#src/serve/serve.js'
import { createPair } from '#src/transport/memory.js'
import { toy, CACHED_BYTES } from './toy.js'

/* How much memory the client's caches take: run with --expose-gc, prints JSON. The server has almost none itself. */

const INODES = 50_000
const PAGE = 4096

const [near, far] = createPair()
serve(toy(), far)
const client = createClient(near, { maxDentries: 2 * INODES, maxPageBytes: 2 * CACHED_BYTES })
await client.fs.stat('/cached')

function usage() {
  gc?.()
  gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heapUsed, arrayBuffers }
}

const before = usage()
for (let i = 0; i < INODES; i += 1) await client.fs.stat(`/f${i}`)
const withInodes = usage()
const file = await client.fs.open('/cached')
const buffer = new Uint8Array(1024 * 1024)
for (let at = 0; at < CACHED_BYTES; at += buffer.length) await file.read(buffer, 0, buffer.length, at)
const withPages = usage()
const pages = client.inspect().pageBytes / PAGE
const inodes = client.inspect().inodes.length
process.stdout.write(
  JSON.stringify({
    inodes,
    bytesPerInode: (withInodes.heapUsed - before.heapUsed + withInodes.arrayBuffers - before.arrayBuffers) / INODES,
    pages,
    heapPerPage: (withPages.heapUsed - withInodes.heapUsed) / pages,
    dataPerPage: (withPages.arrayBuffers - withInodes.arrayBuffers) / pages,
  }),
)
process.exit()
