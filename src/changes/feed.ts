/*
 * How the source of a filesystem tells of what changed in it. A feed says what happened there, not what is to be sent to the
 * kernel: that is for the verbs of `mount.changes` to find out.
 */

/**
 * One change of a source. Paths are from the root of the filesystem, names parted by '/', without one at the start; '' is
 * the root itself.
 *
 * - `modified`: content, attributes or both of what is there changed. `offset` and `length` (in bytes) say which content; `data`
 *   are the new bytes at `offset`, `size` is the new size in bytes. With `attributesOnly` the content is as it was. With none
 *   of these everything about it may have changed.
 * - `created`: the name is there now. What had the name before, if anything, is gone.
 * - `removed`: the name is gone, with everything below it.
 * - `renamed`: what was at `from` is at `to`, with everything below it. What was at `to` before is gone.
 */
export type Change =
  | {
      readonly is: 'modified'
      readonly path: string
      readonly offset?: number
      readonly length?: number
      readonly data?: Uint8Array
      readonly size?: number
      readonly attributesOnly?: boolean
    }
  | { readonly is: 'created'; readonly path: string }
  | { readonly is: 'removed'; readonly path: string }
  | { readonly is: 'renamed'; readonly from: string; readonly to: string }

/** Changes that belong together, in the order in which they were made. */
export interface ChangeBatch<Cursor = unknown> {
  readonly changes: readonly Change[]
  /** Where the feed can be resumed after this batch. */
  readonly cursor?: Cursor
  /** Something before this batch was lost: everything must be taken as changed. @default false */
  readonly gap?: boolean
}

/**
 * The changes of a source, in order. The source must have changed before it tells so: whoever asks it after a batch was given
 * out gets the new state. A batch is asked for when there is room for it, so a feed keeps what happens meanwhile, within bounds,
 * and says `gap` where it could not. One that does not go on from a cursor, but begins somewhere in time, begins with a batch
 * that says `gap`, once it can see changes: what came before nobody has told. One that ends, or throws, tells of nothing any
 * more.
 */
export type ChangeFeed<Cursor = unknown> = AsyncIterable<ChangeBatch<Cursor>>
