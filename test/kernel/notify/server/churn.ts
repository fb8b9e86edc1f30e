import type { NodeId } from '#src/base/ids.js'
import type { Notifier } from '#src/notify/notifier.js'
import { Random } from '../../../helpers/random.js'
import type { Item, Tree } from './tree.js'

/** What {@link churn} works on. */
export interface ChurnOptions {
  readonly seed: number
  readonly changes: number
  /** How many directories, `0`, `1` …, and how many names in each, `0`, `1` … */
  readonly directories: number
  readonly names: number
}

/** Notifications that may be out at a time. */
const AHEAD = 400
const PER_TURN = 8

/** Changes the source at random, and tells the kernel of each change, as a server should. Returns how many of each kind. */
export async function churn(tree: Tree, notify: Notifier, options: ChurnOptions): Promise<Record<string, number>> {
  const random = new Random(options.seed)
  const counts: Record<string, number> = {}
  let out: Promise<unknown>[] = []
  const change = new Change(tree, notify, random, options, (promise) => out.push(promise))
  for (let i = 0; i < options.changes; i += 1) {
    const kind = change.any()
    counts[kind] = (counts[kind] ?? 0) + 1
    // What need not wait comes back at once; requests need their turn all the same.
    if (i % PER_TURN === 0) await new Promise(setImmediate)
    if (out.length < AHEAD) continue
    await Promise.all(out)
    out = []
  }
  await Promise.all(out)
  return counts
}

/** One change at a time. */
class Change {
  private readonly tree: Tree
  private readonly notify: Notifier
  private readonly random: Random
  private readonly options: ChurnOptions
  private readonly sent: (promise: Promise<unknown>) => void

  constructor(
    tree: Tree,
    notify: Notifier,
    random: Random,
    options: ChurnOptions,
    sent: (promise: Promise<unknown>) => void,
  ) {
    this.tree = tree
    this.notify = notify
    this.random = random
    this.options = options
    this.sent = sent
  }

  any(): string {
    const { random } = this
    const directory = random.below(this.options.directories)
    const parent = this.tree.at(String(directory))
    const name = String(random.below(this.options.names))
    const item = parent.entries.get(name)
    if (item === undefined) return this.create(parent, name)
    switch (random.below(8)) {
      case 0:
        return this.remove(parent, name, item)
      case 1:
        return this.rename(parent, name)
      case 2:
      case 3:
        return this.store(item)
      case 4:
        return this.chmod(item)
      default:
        return this.write(item)
    }
  }

  private create(parent: Item, name: string): string {
    this.tree.put(parent, name, 'file', this.bytes())
    this.tellName(parent.id, name)
    this.sent(this.notify.invalInode(parent.id))
    return 'create'
  }

  private remove(parent: Item, name: string, item: Item): string {
    this.tree.removeIn(parent, name)
    if (this.random.below(2) === 0) this.tellName(parent.id, name)
    // What is in use may keep the name from being deleted; it is dropped all the same.
    else this.sent(this.notify.delete(parent.id, item.id, name))
    this.sent(this.notify.invalInode(parent.id))
    return 'remove'
  }

  private rename(parent: Item, name: string): string {
    const target = this.tree.at(String(this.random.below(this.options.directories)))
    const newName = String(this.random.below(this.options.names))
    if (parent === target && name === newName) return 'nothing'
    this.tree.move(parent, name, target, newName)
    this.tellName(parent.id, name)
    this.tellName(target.id, newName)
    this.sent(this.notify.invalInode(parent.id))
    this.sent(this.notify.invalInode(target.id))
    return 'rename'
  }

  private write(item: Item): string {
    item.content = this.bytes()
    this.tree.touch(item)
    this.sent(this.notify.invalInode(item.id))
    return 'write'
  }

  private store(item: Item): string {
    const offset = this.random.below(item.content.length + 1)
    const bytes = this.bytes()
    this.tree.overwrite(item, offset, bytes)
    this.sent(this.notify.store(item.id, offset, Buffer.from(bytes)))
    this.sent(this.notify.invalInode(item.id, { attributesOnly: true }))
    return 'store'
  }

  private chmod(item: Item): string {
    item.mode = 0o600 + this.random.below(0o100)
    this.sent(this.notify.invalInode(item.id, { attributesOnly: true }))
    return 'chmod'
  }

  private tellName(parent: NodeId, name: string): void {
    this.sent(this.notify.invalEntry(parent, name))
  }

  /** Mostly within a page, some of several, some none. */
  private bytes(): Buffer<ArrayBuffer> {
    const length = this.random.below(this.random.pick([1, 50, 5000, 5000, 20_000]))
    return Buffer.alloc(length, `${this.random.next()} `)
  }
}
