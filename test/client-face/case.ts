import type * as node from 'node:fs/promises'

/** The filesystem that a case works on: Node's own, or the client's, which is to take its place. */
export type Fs = typeof node

/** What a case has to work with. */
export interface Stage {
  readonly fs: Fs
  /** The path of `name` in a directory that is the case's own, and empty at first. */
  at(this: void, name: string): string
}

/** One check: what it answers, or how it fails, must be the same on both. */
export interface Case {
  readonly name: string
  readonly run: (stage: Stage) => Promise<unknown>
  /** Why the outcomes differ on purpose: a sentence of docs/client.md. */
  readonly differs?: string
}

type Run = Case['run']

export function same(name: string, run: Run): Case {
  return { name, run }
}

/** A difference that is meant. */
export function differs(name: string, why: string, run: Run): Case {
  return { name, run, differs: why }
}

/** What a call answers, or the code that it fails with: for cases of several calls. */
export async function tried(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call
  } catch (error) {
    return `fails: ${(error as { code?: string }).code ?? String(error)}`
  }
}
