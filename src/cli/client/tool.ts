import type { ClientFs } from '../../client/index.js'

/** Options that the tools have; each takes some of them. */
export const TOOL_OPTIONS = {
  long: { short: 'l', help: ['ls, find: with type, permissions, links, owner, size and time'] },
  all: { short: 'a', help: ["ls: names that start with '.', too"] },
  recursive: { short: 'r', help: ['rm, get, put: directories with all that is in them'] },
  force: { short: 'f', help: ['rm: what is not there is no error'] },
  parents: { short: 'p', help: ['mkdir: the directories above, too; what is there is no error'] },
  symbolic: { short: 's', help: ['ln: a symbolic link'] },
} as const

export type ToolOption = keyof typeof TOOL_OPTIONS

/** What was given, of {@link TOOL_OPTIONS}. */
export type Given = { readonly [Option in ToolOption]?: true }

/** A tool: what `fusewire client SOCKET NAME …` does. */
export interface Tool {
  readonly name: string
  /** As for a command. */
  readonly operands: readonly string[]
  readonly options: readonly ToolOption[]
  readonly summary: string
  run(this: void, fs: ClientFs, operands: readonly string[], given: Given): Promise<void>
}
