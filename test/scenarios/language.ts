import type { InitWishes } from '#src/protocol/init-wishes.js'
import type { NotificationInput } from '#src/protocol/message.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import type { Scripted } from '../helpers/scripted.js'

/*
 * What is done to a filesystem, from both of its sides, in a form that runs on Linux itself and on the client alike. What
 * programs see, and which requests reach the server, must agree.
 */

/** What a program does. Files are named by the program: `file` is the name that `open` gave one. */
export type Operation =
  | { readonly op: 'stat' | 'lstat' | 'readlink' | 'list' | 'mkdir' | 'rmdir' | 'unlink'; readonly path: string }
  | { readonly op: 'open'; readonly path: string; readonly flags: number; readonly file: string }
  | { readonly op: 'fstat' | 'close' | 'fsync' | 'seekEnd' | 'rewind'; readonly file: string }
  /** Without an offset: from where the last one ended. */
  | { readonly op: 'read'; readonly file: string; readonly offset: number | undefined; readonly length: number }
  | { readonly op: 'write'; readonly file: string; readonly offset: number | undefined; readonly data: string }
  | {
      readonly op: 'copy'
      readonly file: string
      readonly offset: number
      readonly to: string
      readonly toOffset: number
      readonly length: number
    }
  | { readonly op: 'opendir'; readonly path: string; readonly file: string }
  /** The next names of an open directory, as readdir(3) gives them. */
  | { readonly op: 'readdir'; readonly file: string; readonly count: number }
  | { readonly op: 'ftruncate'; readonly file: string; readonly size: number }
  | { readonly op: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly op: 'symlink'; readonly path: string; readonly target: string }
  | { readonly op: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly op: 'chown'; readonly path: string; readonly uid: number; readonly gid: number }
  /** Seconds; undefined: left as it is. */
  | {
      readonly op: 'utimes'
      readonly path: string
      readonly atime: number | 'now' | undefined
      readonly mtime: number | 'now' | undefined
    }
  | { readonly op: 'access'; readonly path: string; readonly mode: number }
  | {
      readonly op: 'allocate'
      readonly file: string
      readonly mode: number
      readonly offset: number
      readonly length: number
    }

/**
 * One step. What has to wait goes on in the background: that it waits is seen at once, and what comes of it with the step in
 * which it ends; or, with a name to `start` it under, with the `join` of that name. `by` names the program that does it; one
 * that waits does nothing else. `label` says in words what a function does.
 */
export type Step =
  | { readonly do: Operation; readonly by?: string; readonly start?: string }
  | { readonly join: string }
  | { readonly notify: (server: Scripted) => NotificationInput; readonly start?: string; readonly label?: string }
  /** The reply to the next request of this kind is held back, until it is released. */
  | { readonly hold: OpcodeName }
  | { readonly release: OpcodeName }
  /** Something changes at the server, which tells nobody. */
  | { readonly change: (server: Scripted) => void; readonly label?: string }
  | { readonly pauseMs: number }

export interface Scenario {
  readonly title: string
  readonly init?: InitWishes
  readonly defaultPermissions?: boolean
  /** Requests that are not compared: Linux itself sends one more or less, as it happens. */
  readonly ignore?: readonly OpcodeName[]
  readonly setup: (server: Scripted) => void
  readonly steps: readonly Step[]
}

/** What a step came to: what was seen, and what the server was asked. */
export interface Observed {
  readonly step: string
  readonly seen: string
  readonly requests: readonly string[]
  /** Others waited meanwhile: in which order they went on is nobody's promise. */
  readonly isConcurrent: boolean
}

/** What a whole scenario came to. */
export interface Outcome {
  readonly steps: readonly Observed[]
  /** Lookups that were not taken back, by node id. */
  readonly lookups: Readonly<Record<string, number>>
  /** What files contain at the server in the end, by node id. */
  readonly contents: Readonly<Record<string, string>>
}

export function describe(step: Step): string {
  if ('do' in step) {
    const { op, ...rest } = step.do
    const by = step.by === undefined ? '' : `${step.by}: `
    return `${by}${op} ${Object.values(rest).map(short).join(' ')}${step.start === undefined ? '' : ' &'}`
  }
  if ('notify' in step) return `notify ${step.label ?? ''}${step.start === undefined ? '' : ' &'}`
  if ('change' in step) return `change ${step.label ?? ''}`
  return Object.entries(step)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(' ')
}

function short(value: unknown): string {
  const text = String(value)
  return text.length > 20 ? `${text.slice(0, 8)}…(${text.length})` : text
}

/** What stat(2) shows. */
export function statLine(stat: {
  readonly size: number
  readonly nlink: number
  readonly mode: number
  readonly ino: number | bigint
  readonly mtimeSec: number
}): string {
  const { ino, mode, nlink, size, mtimeSec } = stat
  // The time of day differs; what a server made up does not.
  const mtime = mtimeSec < LONG_AGO_SEC ? mtimeSec : 'now'
  return `ino ${ino} mode ${mode.toString(8)} nlink ${nlink} size ${size} mtime ${mtime}`
}

const LONG_AGO_SEC = 1_000_000_000
