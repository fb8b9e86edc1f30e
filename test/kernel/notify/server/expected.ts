import type { Shown } from '../client/snapshot.js'
import { attrOf, type Item, type Tree } from './tree.js'

/** What a client must be shown of everything below `path`: see `snapshot`. */
export function expected(tree: Tree, path: string): Shown[] {
  const shown: Shown[] = []
  const visit = (at: string, item: Item) => {
    const { mode, size = 0, mtime = 0, nlink = 1 } = attrOf(item)
    const content = item.kind === 'directory' ? undefined : item.content
    shown.push({ path: at, ino: item.id, mode, size, mtime, nlink, content })
    for (const name of [...item.entries.keys()].toSorted()) {
      visit(at === '' ? name : `${at}/${name}`, item.entries.get(name)!)
    }
  }
  visit('', tree.at(path))
  return shown
}
