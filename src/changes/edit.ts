import type { Change } from './feed.js'
import type { ChangePlace, ChangeTarget, Modification } from './options.js'

/** One change, as it was told. */
export type Edit =
  | { readonly is: 'modified'; readonly target: ChangeTarget; readonly what: Modification }
  | { readonly is: 'created' | 'removed'; readonly place: ChangePlace }
  | { readonly is: 'renamed'; readonly from: ChangePlace; readonly to: ChangePlace }

/** Takes down changes that belong together; see {@link Changes.batch}. Each method is as that of {@link Changes}. */
export class ChangeRecorder {
  readonly #edits: Edit[]

  constructor(edits: Edit[]) {
    this.#edits = edits
  }

  modified(target: ChangeTarget, what: Modification = {}): void {
    this.#edits.push({ is: 'modified', target, what })
  }

  created(path: string): void
  created(parent: ChangeTarget, name: string): void
  created(target: ChangeTarget, name?: string): void {
    this.#edits.push({ is: 'created', place: placeOf(target, name) })
  }

  removed(path: string): void
  removed(parent: ChangeTarget, name: string): void
  removed(target: ChangeTarget, name?: string): void {
    this.#edits.push({ is: 'removed', place: placeOf(target, name) })
  }

  renamed(from: ChangePlace, to: ChangePlace): void {
    this.#edits.push({ is: 'renamed', from, to })
  }
}

/** @throws TypeError for an object without a name in it */
export function placeOf(target: ChangeTarget, name: string | undefined): ChangePlace {
  if (name !== undefined) return [target, name]
  if (typeof target === 'string') return target
  throw new TypeError(`a name is missing: say (parent, name), or the whole path`)
}

/** What a feed says. */
export function editOf(change: Change): Edit {
  switch (change.is) {
    case 'modified': {
      const { path, offset, length, data, size, attributesOnly } = change
      return { is: 'modified', target: path, what: { offset, length, data, size, attributesOnly } as Modification }
    }
    case 'renamed':
      return { is: 'renamed', from: change.from, to: change.to }
    default:
      return { is: change.is, place: change.path }
  }
}
