import { resolveImport, type Import } from './sources.js'

/** Who may import what; `may` tells for a file of another folder. docs/architecture.md shows the same as a table. */
interface Rule {
  may(target: string, from: string, typeOnly: boolean): boolean
  /** Which modules of Node it may use. */
  readonly node: 'all' | 'no I/O' | 'none'
}

/** Modules of Node that touch what is outside of the program: not for what must run anywhere. */
const IO = /^node:(fs|net|http|https|tls|dgram|child_process|worker_threads|cluster|os|process|tty)(\/|$)/

const inside = (...folders: string[]) => {
  return (target: string) => folders.some((folder) => target.startsWith(`${folder}/`))
}
const isTransport = (target: string, typeOnly: boolean) => typeOnly && target === 'transport/transport.ts'
/** How a filesystem tells of changes of its source. */
const isFeed = (target: string, typeOnly: boolean) => typeOnly && target === 'changes/feed.ts'
const isEntry = (target: string) => target === 'index.ts' || /^[\w/]+\/index\.ts$/.test(target)

/** What a transport knows of the protocol: heads, what a ring entry looks like, how large a message may be. */
const FRAMING = new Set([
  'protocol/device.ts',
  'protocol/limits.ts',
  'protocol/message.ts',
  'protocol/structs/device.ts',
  'protocol/structs/header.ts',
])

/** What a server on any transport needs besides: it must run where there is no Node. */
const PORTABLE = new Set([
  'settings.ts',
  'trace.ts',
  'trace-notify.ts',
  'trace-reader.ts',
  'transport/memory.ts',
  'transport/memory-notify.ts',
  'transport/trace.ts',
  'transport/transport.ts',
])

const core = inside('base', 'protocol')

export const RULES: Readonly<Record<string, Rule>> = {
  base: { may: () => false, node: 'none' },
  protocol: { may: inside('base'), node: 'none' },
  sys: { may: inside('base'), node: 'all' },
  transport: {
    may: (target, from) =>
      inside('base')(target) ||
      FRAMING.has(target) ||
      (inside('sys')(target) && /^transport\/(device|uring|native-buffer|socket\/)/.test(from)),
    node: 'all',
  },
  kernel: { may: inside('base', 'sys'), node: 'all' },
  server: {
    may: (target, _from, typeOnly) =>
      core(target) || inside('notify')(target) || isTransport(target, typeOnly) || isFeed(target, typeOnly),
    node: 'no I/O',
  },
  notify: { may: core, node: 'no I/O' },
  changes: {
    may: (target, _from, typeOnly) =>
      core(target) || inside('notify')(target) || (typeOnly && inside('server')(target)),
    node: 'no I/O',
  },
  control: {
    may: (target, _from, typeOnly) => inside('base')(target) || (typeOnly && inside('notify', 'server')(target)),
    node: 'all',
  },
  diagnostics: {
    may: (target, _from, typeOnly) =>
      inside('base', 'kernel', 'control')(target) || (typeOnly && inside('notify')(target)),
    node: 'all',
  },
  client: { may: (target, _from, typeOnly) => core(target) || isTransport(target, typeOnly), node: 'no I/O' },
  fs: {
    may: (target, from, typeOnly) =>
      inside('base', 'server')(target) ||
      (typeOnly && inside('protocol')(target)) ||
      isFeed(target, typeOnly) ||
      (inside('sys')(target) && from.startsWith('fs/passthrough')),
    node: 'all',
  },
  serve: {
    may: (target) => core(target) || inside('notify', 'server')(target) || PORTABLE.has(target),
    node: 'none',
  },
  cli: { may: isEntry, node: 'all' },
}

/** The files of src itself: the root entry, and what puts the parts together. They know everything but the command. */
const AT_ROOT: Rule = { may: (target) => !inside('cli')(target), node: 'all' }

const KOFFI = 'sys/ffi.ts'

/** Why the file `from` may not have this import, or undefined if it may. */
export function objection(from: string, { specifier, typeOnly }: Import): string | undefined {
  const folder = folderOf(from)
  const rule = folder === '' ? AT_ROOT : RULES[folder]
  if (rule === undefined) return `${from}: the folder ${folder} is not in the import table`
  const complaint = `${from} imports ${specifier}`
  if (specifier.startsWith('.')) {
    const target = resolveImport(from, specifier)
    if (target.startsWith('..')) return `${complaint}, which is outside of src`
    if (folder !== '' && folderOf(target) === folder) return undefined
    return rule.may(target, from, typeOnly) ? undefined : complaint
  }
  if (specifier.startsWith('node:')) {
    if (rule.node === 'none' || (rule.node === 'no I/O' && IO.test(specifier))) return complaint
    return undefined
  }
  if (specifier === 'koffi') return from === KOFFI ? undefined : complaint
  if (folder === 'cli' && /^fusewire(\/|$)/.test(specifier)) return undefined
  return `${complaint}, which is no dependency`
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}
