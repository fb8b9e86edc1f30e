import { read } from './source.js'

interface Manifest {
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>
}

/** One public entry of the package. */
export interface Entry {
  /** What a user imports, such as `'fusewire/protocol'`. */
  readonly specifier: string
  /** Such as `'./protocol'`. */
  readonly subpath: string
  /** Such as `'dist/protocol/index.js'`. */
  readonly built: string
  /** Such as `'src/protocol/index.ts'`. */
  readonly source: string
}

/** The entries that package.json names and that hold code. */
export const ENTRIES: readonly Entry[] = Object.entries((JSON.parse(read('package.json')) as Manifest).exports).flatMap(
  ([subpath, target]) => {
    if (typeof target === 'string') return []
    const built = target.default.slice('./'.length)
    const source = built.replace(/^dist/, 'src').replace(/\.js$/, '.ts')
    return [{ specifier: `fusewire${subpath.slice(1)}`, subpath, built, source }]
  },
)
