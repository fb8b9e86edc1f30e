import { FuseWireError } from './base/errors.js'
import type { FileSystem } from './server/filesystem.js'

/**
 * The filesystem of a module, whose default export makes it.
 *
 * @throws FuseWireError ERR_FILESYSTEM_MODULE if the module cannot be loaded or has no such export, or making it failed
 */
export async function loadFileSystem(module: URL, data: unknown): Promise<FileSystem> {
  const fail = (what: string, options?: ErrorOptions) =>
    new FuseWireError('ERR_FILESYSTEM_MODULE', `${module.href}: ${what}`, options)
  let make: unknown
  try {
    ;({ default: make } = (await import(module.href)) as { default?: unknown })
  } catch (cause) {
    throw fail(`cannot be loaded: ${text(cause)}`, { cause })
  }
  if (typeof make !== 'function')
    throw fail('has no default export that makes a filesystem: (data) => new MyFileSystem()')
  let fs: unknown
  try {
    fs = await (make as (data: unknown) => unknown)(data)
  } catch (cause) {
    throw fail(`did not make a filesystem: ${text(cause)}`, { cause })
  }
  if (typeof fs === 'object' && fs !== null) return fs
  throw fail('did not make a filesystem: its default export returned none')
}

/** What went wrong, in one line. */
export function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
