import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ClientFs, ClientFileHandle } from '../../client/index.js'
import { CommandError } from '../failure.js'
import { join } from './listing.js'
import { write } from './output.js'
import type { Tool } from './tool.js'

const CHUNK_BYTES = 1024 * 1024
/** Standard input, or standard output. */
const STANDARD = '-'

export const cat: Tool = {
  name: 'cat',
  operands: ['PATH', '[PATH …]'],
  options: [],
  summary: 'write files to standard output',
  async run(fs, operands) {
    for (const path of operands) await withFile(fs, path, 'r', async (file) => copyOut(file, write))
  },
}

export const get: Tool = {
  name: 'get',
  operands: ['PATH', '[LOCAL]'],
  options: ['recursive'],
  summary: `copy a file to LOCAL (default: its own name; '${STANDARD}': standard output)`,
  async run(fs, [path, local], { recursive }) {
    const to = local ?? basename(path!)
    if (recursive === true) return getTree(fs, path!, to)
    if (to === STANDARD) return withFile(fs, path!, 'r', async (file) => copyOut(file, write))
    await getFile(fs, path!, to)
  },
}

export const put: Tool = {
  name: 'put',
  operands: ['LOCAL', '[PATH]'],
  options: ['recursive'],
  summary: `copy LOCAL ('${STANDARD}': standard input) to PATH (default: its own name in the root)`,
  async run(fs, [local, path], { recursive }) {
    if (local === STANDARD && path === undefined) throw new CommandError('put - needs a PATH', 2)
    const wanted = path ?? '/'
    const into = await fs.stat(wanted).then(
      (stats) => stats.isDirectory(),
      () => false,
    )
    const to = into && local !== STANDARD ? join(wanted, basename(local!)) : wanted
    if (recursive === true) return putTree(fs, local!, to)
    await putFile(fs, local!, to)
  },
}

async function getTree(fs: ClientFs, from: string, to: string): Promise<void> {
  if (!(await fs.lstat(from)).isDirectory()) return getFile(fs, from, to)
  await mkdir(to, { recursive: true })
  for (const name of await fs.readdir(from)) await getTree(fs, join(from, name), join(to, name))
}

async function putTree(fs: ClientFs, from: string, to: string): Promise<void> {
  if (!(await lstat(from)).isDirectory()) return putFile(fs, from, to)
  await fs.mkdir(to, { recursive: true })
  for (const name of await readdir(from)) await putTree(fs, join(from, name), join(to, name))
}

async function getFile(fs: ClientFs, from: string, to: string): Promise<void> {
  await withFile(fs, from, 'r', async (file) => {
    const { mode } = await file.stat()
    // Opened once it is sure that there is something to be had.
    await pipeline(() => chunks(file), createWriteStream(to, { mode: mode & 0o777 }))
  })
}

async function putFile(fs: ClientFs, from: string, to: string): Promise<void> {
  const isStandard = from === STANDARD
  const mode = isStandard ? 0o666 : (await lstat(from)).mode & 0o777
  const source = isStandard ? process.stdin : createReadStream(from, { highWaterMark: CHUNK_BYTES })
  await withFile(
    fs,
    to,
    'w',
    async (file) => pipeline(source, (bytes: AsyncIterable<Uint8Array>) => take(file, bytes)),
    mode,
  )
}

async function take(file: ClientFileHandle, source: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of source) await file.writeFile(bytes)
}

async function copyOut(file: ClientFileHandle, to: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for await (const bytes of chunks(file)) await to(bytes)
}

async function* chunks(file: ClientFileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = new Uint8Array(CHUNK_BYTES)
    const { bytesRead } = await file.read(buffer)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

async function withFile(
  fs: ClientFs,
  path: string,
  flags: string,
  run: (file: ClientFileHandle) => Promise<void>,
  mode?: number,
): Promise<void> {
  const file = await fs.open(path, flags, mode)
  try {
    await run(file)
  } catch (error) {
    // The first error counts.
    await file.close().catch(() => undefined)
    throw error
  }
  await file.close()
}
