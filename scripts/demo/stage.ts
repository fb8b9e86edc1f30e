/** A filesystem as a program sees it. */
export interface View {
  /** The text of a file, or why it cannot be read. */
  read(path: string): Promise<string>
  /** The size of a file in bytes, or why there is none. */
  size(path: string): Promise<string>
  /** The names in the root. */
  list(): Promise<string>
}

/** The source, to be changed behind the back of whoever looks at it. */
export interface Source {
  write(path: string, text: string): void
  append(path: string, text: string): void
  rename(from: string, to: string): void
  remove(path: string): void
}

/** A source, and two views of it that are cached for ever: one that is told what changes, and one that is not. */
export interface Stage {
  /** How it is shown, in one line. */
  readonly how: string
  readonly source: Source
  readonly told: View
  readonly untold: View
  /** Leaves nothing behind. */
  end(): Promise<void>
}

/** The names of errors are what a program sees, too. */
export async function orError(look: () => Promise<string> | string): Promise<string> {
  try {
    return await look()
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
