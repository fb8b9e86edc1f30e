import type { Mount } from '#src/mount.js'
import { Random } from '../../../helpers/random.js'
import { byFeed, byNotifications, byVerbs, type Teller } from './tellers.js'
import type { Item, Tree } from './tree.js'

/** What {@link churn} works on. */
export interface ChurnOptions {
  readonly seed: number
  readonly changes: number
  /** How many directories, `0`, `1` …, and how many names in each, `0`, `1` … */
  readonly directories: number
  readonly names: number
  /** In which words the kernel is told. */
  readonly by: 'notifications' | 'verbs' | 'feed'
}

/** Notifications that may be out at a time. */
const AHEAD = 400
const PER_TURN = 8

/** Changes the source at random, and tells the kernel of each change, as a server should. Returns how many of each kind. */
export async function churn(tree: Tree, mounted: Mount, options: ChurnOptions): Promise<Record<string, number>> {
  const random = new Random(options.seed)
  const counts: Record<string, number> = {}
  let out: Promise<unknown>[] = []
  const change = new Change(tree, tellerOf(tree, mounted, random, options), random, options, (promise) =>
    out.push(promise),
  )
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

function tellerOf(tree: Tree, mounted: Mount, random: Random, { by, directories }: ChurnOptions): Teller {
  switch (by) {
    case 'notifications':
      return byNotifications(mounted, random)
    case 'verbs':
      return byVerbs(mounted, random)
    case 'feed':
      return byFeed(mounted, (item) => pathOf(tree, directories, item))
  }
}

/** Where an object is at this moment; undefined for one that is gone. */
function pathOf(tree: Tree, directories: number, item: Item): string | undefined {
  for (let directory = 0; directory < directories; directory += 1) {
    const parent = tree.at(String(directory))
    if (parent === item) return String(directory)
    for (const [name, child] of parent.entries) if (child === item) return `${directory}/${name}`
  }
  return undefined
}

/** One change at a time. */
class Change {
  private readonly tree: Tree
  private readonly teller: Teller
  private readonly random: Random
  private readonly options: ChurnOptions
  private readonly sent: (promise: Promise<unknown>) => void

  constructor(
    tree: Tree,
    teller: Teller,
    random: Random,
    options: ChurnOptions,
    sent: (promise: Promise<unknown>) => void,
  ) {
    this.tree = tree
    this.teller = teller
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
    this.sent(this.teller.created(parent, name))
    return 'create'
  }

  private remove(parent: Item, name: string, item: Item): string {
    this.tree.removeIn(parent, name)
    this.sent(this.teller.removed(parent, name, item))
    return 'remove'
  }

  private rename(parent: Item, name: string): string {
    const target = this.tree.at(String(this.random.below(this.options.directories)))
    const newName = String(this.random.below(this.options.names))
    if (parent === target && name === newName) return 'nothing'
    this.tree.move(parent, name, target, newName)
    this.sent(this.teller.renamed(parent, name, target, newName))
    return 'rename'
  }

  private write(item: Item): string {
    item.content = this.bytes()
    this.tree.touch(item)
    this.sent(this.teller.written(item))
    return 'write'
  }

  private store(item: Item): string {
    const offset = this.random.below(item.content.length + 1)
    const bytes = this.bytes()
    this.tree.overwrite(item, offset, bytes)
    this.sent(this.teller.stored(item, offset, bytes))
    return 'store'
  }

  private chmod(item: Item): string {
    item.mode = 0o600 + this.random.below(0o100)
    this.sent(this.teller.attributes(item))
    return 'chmod'
  }

  /** Mostly within a page, some of several, some none. */
  private bytes(): Buffer<ArrayBuffer> {
    const length = this.random.below(this.random.pick([1, 50, 5000, 5000, 20_000]))
    return Buffer.alloc(length, `${this.random.next()} `)
  }
}
