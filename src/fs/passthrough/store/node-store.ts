import { FuseError } from '../../../base/errors.js'
import { ROOT_ID, type NodeId } from '../../../base/ids.js'
import type { PathBytes } from '../../../sys/path.js'
import { HandleTable } from './handle-table.js'
import type { Key } from './indexes.js'
import { HANDLE_STATE, HEAD, limits, NODE, type StoreMemory } from './layout.js'
import { Lock } from './lock.js'
import { MAX_NAME } from './name-arena.js'
import { NodeRecords } from './node-records.js'
import { SharedWords } from './shared-words.js'

/** What a node is and where it was seen last, copied out of the store; to be filled again and again. */
export class Place implements Key, PathBytes {
  inoLow = 0
  inoHigh = 0
  dev = 0
  birth = 0
  generation = 0
  /** The node of the directory; 0 if the node has no place. */
  parent = 0 as NodeId
  /** The name in it: the first `length` bytes. */
  readonly bytes = new Uint8Array(MAX_NAME)
  length = 0
}

/** A node, and which use of its number this is. */
export interface FoundNode {
  readonly node: NodeId
  readonly generation: number
}

/** How much there is in a store. */
export interface StoreCounts {
  readonly nodes: number
  readonly handles: number
  readonly nameBytes: number
}

/**
 * The nodes that the kernel knows, and the descriptors that are open for them, in memory that several isolates share. Each
 * method is one step to all of them. None makes a system call but to close what is not needed any more, after its step.
 */
export class NodeStore {
  private readonly head: Int32Array
  private readonly lock: Lock
  private readonly records: NodeRecords
  private readonly handles: HandleTable
  private readonly handleWords: SharedWords
  private readonly closeFd: (fd: number) => void
  private readonly onFreed: (node: NodeId) => void
  private readonly closable: number[] = []
  private readonly freed: NodeId[] = []
  private seenGrown: number

  /**
   * @param closeFd closes a descriptor that the store was given; must not throw
   * @param onFreed this isolate has let go of a node, whose number may be used again; must not throw
   */
  constructor(memory: StoreMemory, closeFd: (fd: number) => void, onFreed: (node: NodeId) => void = () => undefined) {
    this.head = new Int32Array(memory.head)
    this.lock = new Lock(this.head, HEAD.LOCK)
    const onGrowth = () => {
      this.head[HEAD.GROWN] = this.head[HEAD.GROWN]! + 1
    }
    this.records = new NodeRecords(this.head, memory, onGrowth)
    this.handleWords = new SharedWords(memory.handles, limits(memory.maxNodes).handles, onGrowth)
    this.handles = new HandleTable(this.head, this.records.nodes, this.handleWords)
    this.closeFd = closeFd
    this.onFreed = onFreed
    this.seenGrown = this.head[HEAD.GROWN]!
  }

  /** Makes the root this file, unless it has been made already. True if it is this file. */
  setRoot(key: Key): boolean {
    return this.step(() => {
      if (!this.records.isLive(ROOT_ID)) {
        this.records.make(key)
        this.records.setLookups(ROOT_ID, 1)
      }
      return this.records.find(key) === (ROOT_ID as number)
    })
  }

  /**
   * Counts one lookup of a file that was seen at this place, or nowhere, and answers its node, new or known.
   * @throws FuseError ESTALE if the parent is not known, ENFILE if there are too many nodes, ELOOP if it is the root or
   *   the parent itself
   */
  lookUp(key: Key, parent: NodeId | 0, name: PathBytes | undefined): FoundNode {
    return this.step(() => {
      const { records } = this
      if (parent !== 0 && !records.isLive(parent)) throw new FuseError('ESTALE')
      const node = records.find(key) || records.make(key)
      if (node === 0) throw new FuseError('ENFILE')
      if (node === (ROOT_ID as number) || node === (parent as number)) throw new FuseError('ELOOP')
      records.setLookups(node, records.lookups(node) + 1)
      if (name !== undefined) this.put(node, parent, name)
      return { node: node as NodeId, generation: records.word(node, NODE.GENERATION) }
    })
  }

  /** Takes `count` lookups back. */
  forget(node: NodeId, count: number): void {
    this.step(() => {
      const { records } = this
      if (node === ROOT_ID || !records.isLive(node)) return
      records.setLookups(node, Math.max(0, records.lookups(node) - count))
      this.reap(node)
    })
  }

  /** Copies what is known of `node`. @throws FuseError ESTALE if it is not known at all */
  read(node: NodeId, into: Place): void {
    this.step(() => {
      const { records } = this
      if (!records.isLive(node)) throw new FuseError('ESTALE')
      into.inoLow = records.word(node, NODE.INO_LOW)
      into.inoHigh = records.word(node, NODE.INO_HIGH)
      into.dev = records.word(node, NODE.DEV)
      into.birth = records.word(node, NODE.BIRTH)
      into.generation = records.word(node, NODE.GENERATION)
      into.parent = records.word(node, NODE.PARENT) as NodeId
      into.length = into.parent === 0 ? 0 : records.readName(node, into.bytes)
    })
  }

  /**
   * Which use of its record this is: nodes of the same number are told apart by it. Without the lock: it does not change
   * while there are requests for the node.
   */
  generation(node: NodeId): number {
    if (!this.records.isInView(node)) this.refresh()
    return this.records.word(node, NODE.GENERATION)
  }

  /** The node that was seen at this place last, or 0. */
  at(parent: NodeId, name: PathBytes): NodeId | 0 {
    return this.step(() => this.records.at(parent, name) as NodeId | 0)
  }

  /** The node is at this place now, and whichever was there is not. */
  place(node: NodeId, parent: NodeId, name: PathBytes): void {
    this.step(() => {
      if (this.records.isLive(node) && this.records.isLive(parent) && node !== parent) this.put(node, parent, name)
    })
  }

  /** The node is not where it was seen last. */
  displace(node: NodeId): void {
    this.step(() => {
      if (this.records.isLive(node)) this.records.detach(node)
    })
  }

  /** Nothing is at this place any more. */
  clear(parent: NodeId, name: PathBytes): void {
    this.step(() => {
      const node = this.records.at(parent, name)
      if (node !== 0) this.records.detach(node)
    })
  }

  /** What was at one place is at the other. */
  move(parent: NodeId, name: PathBytes, newParent: NodeId, newName: PathBytes): void {
    this.step(() => {
      const node = this.records.at(parent, name)
      if (node !== 0) this.put(node, newParent, newName)
      else this.vacate(newParent, newName)
    })
  }

  /** What was at either place is at the other. */
  exchange(parent: NodeId, name: PathBytes, newParent: NodeId, newName: PathBytes): void {
    this.step(() => {
      const { records } = this
      const [one, other] = [records.at(parent, name), records.at(newParent, newName)]
      if (one === other) return
      if (one !== 0) records.detach(one)
      if (other !== 0) records.detach(other)
      if (one !== 0) this.put(one, newParent, newName)
      if (other !== 0) this.put(other, parent, name)
    })
  }

  /** Descriptor `fd` is open for `node`, until {@link close}. @throws FuseError ESTALE, ENFILE; it is not taken over then */
  open(node: NodeId, fd: number): void {
    this.addHandle(node, fd, 0)
  }

  /** As {@link open}, but it is closed by itself when the kernel forgets the node. */
  pin(node: NodeId, fd: number): void {
    this.addHandle(node, fd, HANDLE_STATE.PIN)
  }

  /** Closes a descriptor that was given to {@link open}. Does nothing for another number. */
  close(fd: number): void {
    this.step(() => {
      const node = this.handles.nodeOf(fd)
      if (node === 0) return
      this.give(fd)
      this.reap(node)
    })
  }

  /** The node that `fd` is open for, or 0. */
  nodeOf(fd: number): NodeId | 0 {
    return this.step(() => this.handles.nodeOf(fd) as NodeId | 0)
  }

  /** A descriptor that is open for `node`, which nobody closes before it is given back; -1 if there is none. */
  borrow(node: NodeId): number {
    return this.step(() => {
      if (!this.records.isLive(node)) return -1
      const fd = this.handles.first(node)
      if (fd >= 0) this.handles.borrow(fd)
      return fd
    })
  }

  giveBack(fd: number): void {
    this.step(() => {
      if (this.handles.giveBack(fd)) this.closable.push(fd)
    })
  }

  /** Closes all descriptors. The store must not be used any more. */
  closeAll(): void {
    this.step(() => {
      for (const fd of this.handles.all()) this.give(fd)
    })
  }

  counts(): StoreCounts {
    return this.step(() => ({
      nodes: this.head[HEAD.NODES_LIVE]!,
      handles: this.head[HEAD.HANDLES_LIVE]!,
      nameBytes: this.head[HEAD.NAMES_LIVE]! * 8,
    }))
  }

  private addHandle(node: NodeId, fd: number, state: number): void {
    this.step(() => {
      if (!this.records.isLive(node)) throw new FuseError('ESTALE')
      if (!this.handles.add(node, fd, state)) throw new FuseError('ENFILE')
    })
  }

  private give(fd: number): void {
    if (this.handles.remove(fd)) this.closable.push(fd)
  }

  private put(node: number, parent: number, name: PathBytes): void {
    const { records } = this
    if (records.isAt(node, parent, name)) return
    records.detach(node)
    this.vacate(parent, name)
    // Without room for its name the node is there, but can only be reached through open descriptors.
    records.attach(node, parent, name)
  }

  private vacate(parent: number, name: PathBytes): void {
    const node = this.records.at(parent, name)
    if (node !== 0) this.records.detach(node)
  }

  /** Lets go of a node that nobody needs any more, and of those above it that were only needed for its sake. */
  private reap(first: number): void {
    const { records, handles } = this
    for (let node = first; node !== 0;) {
      if (!records.isLive(node) || records.lookups(node) > 0 || records.word(node, NODE.CHILDREN) > 0) return
      for (let fd = handles.first(node); fd >= 0; fd = handles.after(fd)) if (!handles.isPin(fd)) return
      for (let fd = handles.first(node); fd >= 0; fd = handles.first(node)) this.give(fd)
      const parent = records.word(node, NODE.PARENT)
      records.detach(node)
      records.free(node)
      this.freed.push(node as NodeId)
      node = parent
    }
  }

  /** Runs `action` with the lock. */
  private step<T>(action: () => T): T {
    const { head, lock, records } = this
    lock.take()
    try {
      if (head[HEAD.GROWN] !== this.seenGrown) this.refresh()
      return action()
    } finally {
      for (let node = records.bereft.pop(); node !== undefined; node = records.bereft.pop()) this.reap(node)
      lock.give()
      for (let fd = this.closable.pop(); fd !== undefined; fd = this.closable.pop()) this.closeFd(fd)
      for (let node = this.freed.pop(); node !== undefined; node = this.freed.pop()) this.onFreed(node)
    }
  }

  private refresh(): void {
    this.records.refresh()
    this.handleWords.refresh()
    this.seenGrown = this.head[HEAD.GROWN]!
  }
}
