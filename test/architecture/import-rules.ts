/*
 * Who may import whom: the table of docs/architecture.md. What a rule does not name is forbidden, and each folder may
 * import itself.
 */

interface Rule {
  /** Folders of src that may be imported whole. */
  readonly folders: readonly string[]
  /** Files beyond that, as paths below src. */
  readonly files?: RegExp
  /** Which modules of Node: all, none, or those named. */
  readonly node: 'all' | 'none' | readonly string[]
  /** Exceptions for some of the folder's files. */
  readonly only?: readonly { readonly of: RegExp; readonly folders: readonly string[] }[]
}

/** What has no I/O in it: engines that take bytes and give bytes. */
const NO_IO = ['node:buffer', 'node:diagnostics_channel', 'node:events', 'node:util'] as const
const TRANSPORT_TYPE = /^transport\/transport\.ts$/

export const RULES: Readonly<Record<string, Rule>> = {
  base: { folders: [], node: 'none' },
  protocol: { folders: ['base'], node: 'none' },
  sys: { folders: ['base'], node: 'all' },
  transport: {
    folders: ['base'],
    files: /^protocol\/(structs\/(header|device)|device|limits|message)\.ts$/,
    node: 'all',
    only: [{ of: /^transport\/(device|uring)[^/]*(\/|\.ts$)/, folders: ['sys'] }],
  },
  kernel: { folders: ['base', 'sys'], node: 'all' },
  server: { folders: ['base', 'protocol', 'notify'], files: TRANSPORT_TYPE, node: NO_IO },
  notify: { folders: ['base', 'protocol'], node: NO_IO },
  client: { folders: ['base', 'protocol'], files: TRANSPORT_TYPE, node: NO_IO },
  fs: { folders: ['base', 'server'], node: 'all', only: [{ of: /^fs\/passthrough\//, folders: ['sys'] }] },
}

/** The only file that may import koffi. */
export const FFI = 'src/sys/ffi.ts'

/**
 * What is wrong with an import of `target` by `from`, or undefined. Source files are paths such as `src/base/ids.ts`.
 * @param entries the source files of the package's public entries
 */
export function forbidden(from: string, target: string, entries: ReadonlySet<string>): string | undefined {
  const file = from.slice('src/'.length)
  const folder = file.includes('/') ? file.slice(0, file.indexOf('/')) : ''
  if (target === 'koffi') return from === FFI ? undefined : `only ${FFI} imports koffi`
  if (target.startsWith('node:')) return forbiddenNode(folder, target)
  if (!target.startsWith('src/')) {
    const own = target === 'fusewire' || target.startsWith('fusewire/')
    return own && folder === 'cli' ? undefined : 'no such dependency'
  }
  // The composition root and the entries beside it may import everything.
  if (folder === '') return undefined
  if (folder === 'cli') {
    return target.startsWith('src/cli/') || entries.has(target) ? undefined : 'cli imports public entries only'
  }
  const rule = RULES[folder]
  if (rule === undefined) return `src/${folder} has no rule`
  const there = target.slice('src/'.length)
  const targetFolder = there.includes('/') ? there.slice(0, there.indexOf('/')) : ''
  const exceptions = (rule.only ?? []).filter(({ of }) => of.test(file)).flatMap(({ folders }) => folders)
  const allowed = [folder, ...rule.folders, ...exceptions].includes(targetFolder) || rule.files?.test(there) === true
  return allowed ? undefined : `src/${folder} may not import it`
}

function forbiddenNode(folder: string, target: string): string | undefined {
  const allowed = RULES[folder]?.node ?? 'all'
  if (allowed === 'all' || (allowed !== 'none' && allowed.includes(target))) return undefined
  return `src/${folder} may not import this module of Node`
}

/** The first cycle of a graph of imports, as the files it goes through, or undefined. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): readonly string[] | undefined => {
    const at = path.indexOf(file)
    if (at !== -1) return [...path.slice(at), file]
    if (done.has(file)) return undefined
    path.push(file)
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle !== undefined) return cycle
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}
