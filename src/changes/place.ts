import type { NodeId } from '../base/ids.js'

/** A name in a directory. */
export interface Place {
  readonly parent: NodeId
  readonly name: string
}
