import { BORROW, HANDLE, HANDLE_STATE, HEAD, NODE } from './layout.js'
import type { SharedWords } from './shared-words.js'

/**
 * The descriptors that are open for nodes, as a list for each node. Descriptors are numbers of the whole process, and so
 * the same in each of its threads. The caller holds the lock of the store.
 */
export class HandleTable {
  private readonly head: Int32Array
  private readonly nodes: SharedWords
  private readonly memory: SharedWords

  constructor(head: Int32Array, nodes: SharedWords, memory: SharedWords) {
    this.head = head
    this.nodes = nodes
    this.memory = memory
  }

  /** Puts `fd` at the head of the list of `node`; false if there is no room. */
  add(node: number, fd: number, state: number): boolean {
    if (!this.memory.reserve((fd + 1) * HANDLE.WORDS * 4)) return false
    const { words } = this.memory
    const at = fd * HANDLE.WORDS
    const first = this.nodes.words[node * NODE.WORDS + NODE.HANDLE]!
    words[at + HANDLE.NODE] = node
    words[at + HANDLE.NEXT] = first
    words[at + HANDLE.PREVIOUS] = 0
    words[at + HANDLE.STATE] = state
    if (first !== 0) words[(first - 1) * HANDLE.WORDS + HANDLE.PREVIOUS] = fd + 1
    this.nodes.words[node * NODE.WORDS + NODE.HANDLE] = fd + 1
    this.head[HEAD.HANDLES_LIVE] = this.head[HEAD.HANDLES_LIVE]! + 1
    return true
  }

  /** The node that `fd` is open for, or 0. */
  nodeOf(fd: number): number {
    const { words } = this.memory
    const at = fd * HANDLE.WORDS
    if (!(at >= 0 && at < words.length) || (words[at + HANDLE.STATE]! & HANDLE_STATE.CLOSING) !== 0) return 0
    return words[at + HANDLE.NODE]!
  }

  isPin(fd: number): boolean {
    return (this.memory.words[fd * HANDLE.WORDS + HANDLE.STATE]! & HANDLE_STATE.PIN) !== 0
  }

  /** The first descriptor of `node`, or -1. */
  first(node: number): number {
    return this.nodes.words[node * NODE.WORDS + NODE.HANDLE]! - 1
  }

  /** The one after `fd` in its list, or -1. */
  after(fd: number): number {
    return this.memory.words[fd * HANDLE.WORDS + HANDLE.NEXT]! - 1
  }

  /** Takes `fd` out of its list. True if it is to be closed now, false if whoever borrowed it will. */
  remove(fd: number): boolean {
    const { words } = this.memory
    const at = fd * HANDLE.WORDS
    const next = words[at + HANDLE.NEXT]!
    const previous = words[at + HANDLE.PREVIOUS]!
    if (next !== 0) words[(next - 1) * HANDLE.WORDS + HANDLE.PREVIOUS] = previous
    if (previous !== 0) words[(previous - 1) * HANDLE.WORDS + HANDLE.NEXT] = next
    else this.nodes.words[words[at + HANDLE.NODE]! * NODE.WORDS + NODE.HANDLE] = next
    words[at + HANDLE.NODE] = 0
    this.head[HEAD.HANDLES_LIVE] = this.head[HEAD.HANDLES_LIVE]! - 1
    if (words[at + HANDLE.STATE]! >= BORROW) {
      words[at + HANDLE.STATE] = words[at + HANDLE.STATE]! | HANDLE_STATE.CLOSING
      return false
    }
    words[at + HANDLE.STATE] = 0
    return true
  }

  borrow(fd: number): void {
    const at = fd * HANDLE.WORDS + HANDLE.STATE
    this.memory.words[at] = this.memory.words[at]! + BORROW
  }

  /** True if `fd` was given up meanwhile, and is to be closed now. */
  giveBack(fd: number): boolean {
    const { words } = this.memory
    const at = fd * HANDLE.WORDS + HANDLE.STATE
    const state = words[at]! - BORROW
    words[at] = state
    if (state >= BORROW || (state & HANDLE_STATE.CLOSING) === 0) return false
    words[at] = 0
    return true
  }

  /** Every descriptor in the table. */
  *all(): Generator<number> {
    const { words } = this.memory
    for (let at = 0; at < words.length; at += HANDLE.WORDS) if (words[at + HANDLE.NODE] !== 0) yield at / HANDLE.WORDS
  }
}
