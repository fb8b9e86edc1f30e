import type { Dirent, Stats } from 'node:fs'
import type { Case, Stage } from './case.js'

/** What became of a case, in a form that can be compared. */
export type Outcome = { readonly value: unknown } | { readonly error: Readonly<Record<string, unknown>> }

export async function outcomeOf(one: Case, stage: Stage): Promise<Outcome> {
  try {
    return { value: shown(await one.run(stage), stage.at('')) }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const kind = ['AbortError', 'RangeError', 'TypeError'].find((name) => kindsOf(error).includes(name)) ?? 'Error'
    const { code, syscall, dest, errno, ...rest } = error as NodeJS.ErrnoException & { dest?: string }
    // The letters are by chance.
    const path = syscall === 'mkdtemp' ? rest.path?.replace(/.{6}$/, 'XXXXXX') : rest.path
    return { error: shown({ kind, code, syscall, path, dest, errno }, stage.at('')) as Record<string, unknown> }
  }
}

/** The client says which path it was where Node does not: for open files. */
export function comparable(client: Outcome, node: Outcome): Outcome {
  if (!('error' in client) || !('error' in node)) return client
  const { path, errno, syscall, ...rest } = client.error
  return {
    error: {
      ...rest,
      path: node.error['path'] === undefined ? undefined : path,
      errno: node.error['errno'] === undefined ? undefined : errno,
      // That of a closed file has the name of a function of Node.
      syscall: node.error['errno'] === undefined ? node.error['syscall'] : syscall,
    },
  }
}

function kindsOf(error: Error): string[] {
  const names = [error.name]
  for (let at: unknown = error; at !== null; at = Object.getPrototypeOf(at)) names.push((at as Error).constructor.name)
  return names
}

function shown(value: unknown, root: string): unknown {
  if (typeof value === 'string') return value.replaceAll(root, '<root>/')
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Date) return value.toISOString()
  if (Buffer.isBuffer(value)) return `Buffer ${shown(value.toString('latin1'), root) as string}`
  if (ArrayBuffer.isView(value))
    return `bytes ${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')}`
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => shown(one, root))
  if ('isSymbolicLink' in value)
    return shown('name' in value ? entry(value as Dirent) : attributes(value as Stats), root)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one, root)]))
}

const KINDS = [
  'isFile',
  'isDirectory',
  'isSymbolicLink',
  'isFIFO',
  'isSocket',
  'isBlockDevice',
  'isCharacterDevice',
] as const

function kind(value: Dirent | Stats): string[] {
  return KINDS.filter((name) => value[name]())
}

function entry(value: Dirent) {
  return { name: value.name, parentPath: value.parentPath, path: value.path, kind: kind(value) }
}

const TIMES = ['atime', 'mtime', 'ctime', 'birthtime'] as const

/** What must be the same, and the types of the rest. */
function attributes(value: Stats) {
  const { mode, uid, gid, rdev, dev, ino, blksize, blocks, nlink, size } = value
  return {
    kind: kind(value),
    mode,
    uid,
    gid,
    rdev,
    // A directory is as large, and has as many links, as its filesystem says.
    size: value.isDirectory() ? undefined : size,
    nlink: value.isDirectory() ? undefined : nlink,
    types: [dev, ino, blksize, blocks].map((number) => typeof number),
    isKnown: Boolean(dev) && Boolean(ino),
    times: TIMES.map((name) => [value[name] instanceof Date, typeof value[`${name}Ms`]]),
    nanoseconds: TIMES.map((name) => typeof (value as unknown as Record<string, unknown>)[`${name}Ns`]),
    set: value.mtime.getTime() < Date.UTC(2020) ? [value.atimeMs, value.mtimeMs, value.atime, value.mtime] : undefined,
  }
}
