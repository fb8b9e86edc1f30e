/* What a server and its helper say to each other, by the channel of Node's child processes. */

/** Where something is to be done: the path of a directory from the root of the mount, '' for the root; and a name in it. */
export interface HelperPlace {
  readonly directory: string
  readonly name: string
}

/** What the helper is to do once more. */
export type HelperTask =
  /** Only to show itself. */
  | { readonly do: 'greet' }
  /** The root itself has the name ''. */
  | { readonly do: 'touch'; readonly at: HelperPlace; readonly attributesOnly: boolean }
  | { readonly do: 'create' | 'remove'; readonly at: HelperPlace; readonly isDirectory: boolean }
  | { readonly do: 'rename'; readonly at: HelperPlace; readonly to: HelperPlace }

/** To the helper. Each is answered before the next is sent. */
export interface HelperOrder {
  readonly task: HelperTask
  readonly mountpoint: string
  /** A name in the root that the server answers EALREADY to, and nobody else. */
  readonly password: string
}

/** From the helper: how it went. */
export interface HelperAnswer {
  /** What went wrong, in a line; undefined if nothing did. */
  readonly problem: string | undefined
  /** What it was about is not there: the source is ahead. */
  readonly isGone: boolean
}
