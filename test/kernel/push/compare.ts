import { fstatSync, lstatSync, readdirSync, readFileSync, readlinkSync, readSync, type BigIntStats } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { allPaths } from './shape.js'

/** How long the last change may take to arrive; what is cached wrongly stays wrong for ever. */
const ARRIVED_MS = 20_000
const LOOK_AGAIN_MS = 20

/** Waits until `mount` shows what `source` has, in everything but times of last access. @throws Error with what differs */
export async function sameSoon(
  source: string,
  mount: string,
  open: ReadonlyMap<number, bigint> = new Map(),
): Promise<void> {
  const end = performance.now() + ARRIVED_MS
  for (;;) {
    const found = [...differences(source, mount), ...openDifferences(source, open)]
    if (found.length === 0) return
    if (performance.now() > end) throw new Error(`${found.length} differences: ${found.slice(0, 8).join('; ')}`)
    await sleep(LOOK_AGAIN_MS)
  }
}

function* differences(source: string, mount: string, path = ''): Generator<string> {
  const [real, shown] = [source + path, mount + path]
  const [expected, seen] = [attributes(real), attributes(shown)]
  if (expected !== seen) yield `${path}: ${seen}, not ${expected}`
  if (expected === undefined || seen === undefined) return
  const type = lstatSync(real)
  if (type.isFile() && !readFileSync(shown).equals(readFileSync(real))) yield `${path}: other content`
  if (type.isSymbolicLink() && readlinkSync(shown) !== readlinkSync(real)) yield `${path}: other target`
  if (!type.isDirectory()) return
  const [names, listed] = [readdirSync(real).toSorted(), readdirSync(shown).toSorted()]
  if (names.join('/') !== listed.join('/')) yield `${path}/: ${listed.join(' ')}, not ${names.join(' ')}`
  if (path === '') {
    // Names that are not there.
    for (const each of allPaths()) {
      if (attributes(`${source}/${each}`) === undefined && attributes(`${mount}/${each}`) !== undefined)
        yield `${each}: there`
    }
  }
  for (const name of names) yield* differences(source, mount, `${path}/${name}`)
}

/** Files that were opened long ago, by the number of their inode. */
function* openDifferences(source: string, open: ReadonlyMap<number, bigint>): Generator<string> {
  if (open.size === 0) return
  const paths = new Map<bigint, string>()
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    const path = `${entry.parentPath}/${entry.name}`
    if (entry.isFile()) paths.set(lstatSync(path, { bigint: true }).ino, path)
  }
  for (const [fd, ino] of open) {
    const path = paths.get(ino)
    if (path === undefined) continue
    const [seen, expected] = [shown(fstatSync(fd, { bigint: true })), attributes(path)]
    if (seen !== expected) yield `${path}, opened before: ${seen}, not ${expected}`
    const bytes = contentOf(fd)
    if (!bytes.equals(readFileSync(path))) yield `${path}, opened before: other content`
  }
}

/** From the start, wherever the descriptor stands. */
function contentOf(fd: number): Buffer {
  const { size } = fstatSync(fd)
  const bytes = Buffer.alloc(size)
  return bytes.subarray(0, readAt(fd, bytes))
}

function readAt(fd: number, bytes: Buffer): number {
  let at = 0
  for (;;) {
    const count = readSync(fd, bytes, at, bytes.length - at, at)
    if (count === 0) return at
    at += count
  }
}

function attributes(path: string): string | undefined {
  try {
    return shown(lstatSync(path, { bigint: true }))
  } catch {
    return undefined
  }
}

function shown({ ino, mode, size, nlink, uid, gid, mtimeNs, ctimeNs }: BigIntStats): string {
  return `ino ${ino} mode ${mode.toString(8)} size ${size} nlink ${nlink} uid ${uid} gid ${gid} mtime ${mtimeNs} ctime ${ctimeNs}`
}
