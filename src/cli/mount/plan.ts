import { resolve } from 'node:path'
import type { MountOptions } from '../../index.js'
import { UsageError } from '../failure.js'
import type { OptionRows, OptionValues } from '../options.js'
import { planCache, type CachePlan } from './cache.js'
import { readOptionLists } from './option-list.js'
import type { Source } from './source.js'

/** As many as mount() takes. */
const MAX_THREADS = 256

/** More often than this nobody can read it. */
const LEAST_STATUS_SECONDS = 0.1

/** The options of `fusewire mount`. */
export const MOUNT_OPTIONS = {
  cache: {
    value: 'HOW',
    help: [
      'push: the kernel keeps everything for ever, and is told what changes; ttl=SECONDS: it may trust names and',
      'attributes for so long; none: it asks each time. Default: push for a directory that can tell of its changes,',
      'else ttl=1; for ever for memory:, which nobody else changes',
    ],
  },
  'read-only': { help: ['nothing can be changed'] },
  'allow-other': { help: ['other users may enter; who is not root needs user_allow_other in /etc/fuse.conf'] },
  fsname: { value: 'NAME', help: ['what mount and df show as the source. Default: SOURCE'] },
  subtype: { value: 'NAME', help: ['what they show as the type: fuse.NAME. Default: fusewire'] },
  threads: { value: 'N', help: ['how many threads serve a directory. Default: 1'] },
  trace: { value: 'FILE', valueOptional: true, help: ['show each message in a line, on standard error or in FILE'] },
  watchable: { help: ['with --cache push: who watches the mount (inotify) hears of changes of the source'] },
  status: {
    value: 'SECONDS',
    valueOptional: true,
    help: ['show what it is doing, again every so many seconds. Default: 1'],
  },
  json: { help: ['--status, and what SIGUSR1 shows, as one JSON object a line'] },
  daemon: { help: ['go on in the background once the mount answers'] },
  log: { value: 'FILE', help: ['where to tell of faults. Default: standard error; nowhere with --daemon'] },
  o: {
    short: 'o',
    value: 'OPTIONS',
    multiple: true,
    help: ['options as for mount(8), separated by commas; see docs/command.md'],
  },
} as const satisfies OptionRows

/** What to mount, where and how. Plain data, with absolute paths: another process can be told. */
export interface MountPlan {
  readonly source: string
  readonly mountpoint: string
  readonly options: MountOptions
  readonly cache: CachePlan
  readonly threads: number
  /** The file for the trace; empty: standard error; undefined: no trace. */
  readonly trace: string | undefined
  /** How often to show what it is doing, in ms; undefined: never. */
  readonly statusEveryMs: number | undefined
  /** That, and what a signal asks for, as JSON. */
  readonly json: boolean
  /** The file for lines about faults; undefined: standard error. */
  readonly log: string | undefined
}

/**
 * Makes a plan of a command line.
 *
 * @throws UsageError, or MountError ERR_MOUNT_OPTION, for what makes no sense
 */
export function planMount(source: Source, mountpoint: string, given: OptionValues<typeof MOUNT_OPTIONS>): MountPlan {
  const threads = given.threads === undefined ? 1 : threadsOf(given.threads, source)
  if (threads > 1 && given.trace !== undefined)
    throw new UsageError('--trace shows what one thread serves: no --threads')
  if (given.daemon === true && given.trace === '')
    throw new UsageError('with --daemon a trace needs a file: --trace=FILE')
  if (given.daemon === true && given.status !== undefined)
    throw new UsageError("--status has nobody to show it to with --daemon: 'fusewire status' asks for it")
  if (given.status !== undefined && given.trace === '')
    throw new UsageError('--status and a trace on one terminal make no sense: --trace=FILE')
  const list = readOptionLists(given.o ?? [])
  const options: MountOptions = {
    fsname: given.fsname ?? list.options.fsname ?? source.name,
    subtype: given.subtype ?? list.options.subtype ?? 'fusewire',
    ...without(list.options, 'fsname', 'subtype'),
    ...(given['read-only'] === true && { readOnly: true }),
    ...(given['allow-other'] === true && { allowOther: true }),
    ...(given.watchable === true && { watchable: true }),
  }
  const cache = planCache(given.cache ?? list.cache, source, threads)
  return {
    source: source.name,
    threads,
    cache: given.watchable === true ? watchableCache(cache) : cache,
    mountpoint: resolve(mountpoint),
    options,
    trace: given.trace === undefined || given.trace === '' ? given.trace : resolve(given.trace),
    statusEveryMs: given.status === undefined ? undefined : everyMs(given.status),
    json: given.json === true,
    log: given.log === undefined ? undefined : resolve(given.log),
  }
}

/** Without a source that tells of its changes nobody hears of any. @throws UsageError */
function watchableCache({ mode, reason }: CachePlan): CachePlan {
  if (mode === 'push') return { mode, reason }
  throw new UsageError(`--watchable needs a directory and --cache push: nothing tells of changes otherwise (${reason})`)
}

function everyMs(text: string): number {
  if (text === '') return 1000
  const seconds = /^\d{1,5}(\.\d+)?$/.test(text) ? Number(text) : 0
  if (seconds < LEAST_STATUS_SECONDS) throw new UsageError(`--status=${text}: seconds are expected, from 0.1`)
  return seconds * 1000
}

function threadsOf(text: string, { name, maxThreads }: Source): number {
  const threads = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (threads < 1 || threads > MAX_THREADS) {
    throw new UsageError(`--threads ${text}: a whole number from 1 to ${MAX_THREADS} is expected`)
  }
  if (threads > maxThreads) throw new UsageError(`--threads ${text}: ${name} can be served by ${maxThreads} only`)
  return threads
}

function without<T extends object, K extends keyof T>(object: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>
}
