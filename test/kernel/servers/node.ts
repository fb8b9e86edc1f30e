import * as nodeFs from 'node:fs'
import { memfs } from 'memfs'
import type { NodeFsLike } from '#src/fs/node/api.js'
import { fromNodeFs } from '#src/fs/node/from-node-fs.js'
import type { NodeFileSystem } from '#src/fs/node/node-file-system.js'
import type { NodeFsOptions } from '#src/fs/node/options.js'
import { mount } from '#src/mount.js'

/* What has Node's fs API. Run with the mount point, `node` or `memfs`, and options as JSON; answers what it keeps when asked. */

const [mountpoint, which, json = '{}'] = process.argv.slice(2) as [string, 'node' | 'memfs', string?]
const options = JSON.parse(json) as NodeFsOptions

const source: NodeFsLike = which === 'node' ? nodeFs : memfs().fs
const fs = fromNodeFs(source, options) as NodeFileSystem
const errors: string[] = []
const onError = (error: unknown, request: string) => errors.push(`${request}: ${String(error)}`)
const mounted = await mount(fs, mountpoint, { fsname: which, allowOther: true, onError })
process.on('message', () => process.send?.({ ...fs.usage, errors }))
process.send?.('ready')
await mounted.closed
process.disconnect?.()
