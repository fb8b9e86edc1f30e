import type { NodeId } from '#src/base/ids.js'
import type { PathBytes } from '#src/sys/path.js'

/** What a store knows of a node, in the plainest form there is. */
interface ModelNode {
  readonly file: number
  birth: number
  keyed: boolean
  lookups: number
  place: { parent: NodeId; name: string } | undefined
  handles: { fd: number; pin: boolean }[]
}

/** The behaviour of the node store, without any thought for memory or speed. The numbers of nodes are the store's. */
export class StoreModel {
  readonly nodes = new Map<NodeId, ModelNode>()
  readonly closed: number[] = []

  constructor(root: NodeId) {
    const place = undefined
    this.nodes.set(root, { file: -1, birth: 0, keyed: true, lookups: 1, place, handles: [] })
  }

  /** The node of a file, if it is known by its present birth; one of an older birth is let go of. */
  find(file: number, birth: number): NodeId | undefined {
    for (const [id, node] of this.nodes) {
      if (node.file !== file || !node.keyed) continue
      if (node.birth === birth || node.birth === 0 || birth === 0) return id
      node.keyed = false
      this.detach(id)
    }
    return undefined
  }

  make(id: NodeId, file: number, birth: number): void {
    this.nodes.set(id, { file, birth, keyed: true, lookups: 0, place: undefined, handles: [] })
  }

  at(parent: NodeId, name: string): NodeId | 0 {
    for (const [id, { place }] of this.nodes) if (place?.parent === parent && place.name === name) return id
    return 0
  }

  put(id: NodeId, parent: NodeId, name: string): void {
    const occupant = this.at(parent, name)
    if (occupant === id) return
    this.nodes.get(id)!.place = undefined
    if (occupant !== 0) this.detach(occupant)
    for (let at: NodeId | undefined = parent; at !== undefined; at = this.nodes.get(at)?.place?.parent) {
      if (this.nodes.get(at)!.place?.parent === id) this.detach(at)
    }
    this.nodes.get(id)!.place = { parent, name }
  }

  detach(id: NodeId): void {
    this.nodes.get(id)!.place = undefined
  }

  /** Drops all that nobody needs. */
  reap(): void {
    for (let dropped = true; dropped;) {
      dropped = false
      for (const [id, node] of this.nodes) {
        const isParent = [...this.nodes.values()].some(({ place }) => place?.parent === id)
        if (node.lookups > 0 || isParent || node.handles.some(({ pin }) => !pin)) continue
        this.closed.push(...node.handles.map(({ fd }) => fd))
        this.nodes.delete(id)
        dropped = true
      }
    }
  }
}

export function bytesOf(name: string): PathBytes {
  const bytes = Buffer.from(name)
  return { bytes, length: bytes.length }
}
