import { isMainThread } from 'node:worker_threads'
import type { PassthroughOptions } from './options.js'
import { PassthroughFileSystem } from './passthrough-fs.js'

/** What {@link passthrough} is given; it can be posted to a worker thread. */
export interface PassthroughData {
  /** The directory to serve. */
  readonly source: string
  /** With `shared` from `PassthroughFileSystem.share()`, which several threads of one mount must have. */
  readonly options?: PassthroughOptions
}

/**
 * Makes the filesystem in the thread that serves it; a worker thread closes it when it ends.
 * @throws TypeError if `data` is no {@link PassthroughData}; and what the constructor throws
 */
// oxlint-disable-next-line import/no-default-export -- the form of a filesystem that is given as a module
export default function passthrough(data: unknown): PassthroughFileSystem {
  if (typeof data !== 'object' || data === null || !('source' in data) || typeof data.source !== 'string') {
    throw new TypeError('a passthrough filesystem needs the data { source: string, options? }')
  }
  const { source, options } = data as PassthroughData
  const fs = new PassthroughFileSystem(source, options)
  // Descriptors are the process's, and do not go with the thread.
  if (!isMainThread) process.once('exit', () => fs.close())
  return fs
}
