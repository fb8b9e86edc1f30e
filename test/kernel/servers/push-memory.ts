import { createRequire } from 'node:module'
import type { memfs as Memfs } from 'memfs'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import { fromNodeFs } from '#src/fs/node/from-node-fs.js'
import { mount } from '#src/mount.js'

/*
 * Files in memory, changed by the program that they are in: those of a MemoryFileSystem, or of memfs. Run with the mount point and
 * `memory` or `memfs`; does what it is told, and says that it has done it.
 */

export interface Order {
  readonly do: 'write' | 'remove' | 'rename' | 'link'
  readonly path: string
  readonly text: string
}

const [mountpoint, kind] = process.argv.slice(2)
const { memfs } = createRequire(import.meta.url)('memfs') as { readonly memfs: typeof Memfs }
const memory = new MemoryFileSystem()
const { fs: node } = memfs({})
const errors: string[] = []
const mounted = await mount(kind === 'memfs' ? fromNodeFs(node) : memory, mountpoint!, {
  cache: 'push',
  onError: (error, request) => errors.push(`${request}: ${String(error)}`),
})

process.on('message', ({ do: what, path, text }: Order) => {
  if (kind === 'memfs') {
    if (what === 'write') node.writeFileSync(`/${path}`, text)
    else if (what === 'remove') node.unlinkSync(`/${path}`)
    else if (what === 'link') node.linkSync(`/${path}`, `/${text}`)
    else node.renameSync(`/${path}`, `/${text}`)
  } else if (what === 'write') memory.files.writeFile(path, text)
  else if (what === 'remove') memory.files.remove(path)
  else if (what === 'link') memory.files.link(path, text)
  else memory.files.rename(path, text)
  process.send?.({ errors })
})
process.send?.('ready')
await mounted.closed
process.disconnect?.()
