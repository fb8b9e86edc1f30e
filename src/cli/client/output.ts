import { encodeName } from '../../index.js'

/** Nobody reads standard output any more: that ends a tool without a word, as a signal ends others. */
export class OutputClosed extends Error {}

/** Writes to standard output, and waits until it is written. @throws OutputClosed */
export function write(bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => {
      if (error === null || error === undefined) resolve()
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') reject(new OutputClosed())
      else reject(error)
    })
  })
}

/** Writes lines with names in them, byte for byte as the names are. */
export async function writeLines(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  const text = `${lines.join('\n')}\n`
  await write(encodeName(text) ?? text)
}
