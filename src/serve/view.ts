import type { FileSystem } from '../server/filesystem.js'
import { isPromise } from '../server/operation.js'
import { OPERATIONS } from '../server/operations.js'

/* A filesystem as its sessions see it: the methods of another one, with something done before and after. */

/** A method that a request leads to. */
export type Method = Exclude<keyof FileSystem, 'mountDefaults' | 'init' | 'destroy' | 'forget'>
type Handler = (request: never) => unknown

/** What is done around a method. */
export interface Around {
  /** Runs before it. What it throws is the answer. */
  before?(this: void, method: Method, request: never): void
  /** Runs with what it has answered, if it has not failed. */
  after?(this: void, method: Method, request: never, result: unknown): void
}

/** Every method that requests lead to. */
const METHODS = new Set(Object.values(OPERATIONS).map(({ method }) => method as Method | 'destroy'))

export type View = { -readonly [K in keyof FileSystem]: FileSystem[K] }

/**
 * The methods of `fs` that there are, each with `around`. `init`, `forget` and `destroy` are not among them.
 * @returns an object that belongs to the caller
 */
export function around(fs: FileSystem, { before, after }: Around): View {
  const view: Record<string, unknown> = { mountDefaults: fs.mountDefaults }
  for (const method of METHODS) {
    const handler = fs[method] as Handler | undefined
    if (method === 'destroy' || handler === undefined) continue
    view[method] = (request: never) => {
      before?.(method, request)
      const result = handler.call(fs, request)
      if (after === undefined) return result
      if (!isPromise(result)) {
        after(method, request, result)
        return result
      }
      return result.then((settled: unknown) => {
        after(method, request, settled)
        return settled
      })
    }
  }
  return view
}
