import type { Change } from '#src/changes/feed.js'
import type { Mount } from '#src/mount.js'
import type { Random } from '../../../helpers/random.js'
import { Queue } from './queue.js'
import type { Item } from './tree.js'

/** Tells the kernel of a change that was just made at the source: one promise for all that it takes. */
export interface Teller {
  created(parent: Item, name: string): Promise<unknown>
  removed(parent: Item, name: string, item: Item): Promise<unknown>
  renamed(parent: Item, name: string, target: Item, newName: string): Promise<unknown>
  written(item: Item): Promise<unknown>
  stored(item: Item, offset: number, bytes: Uint8Array): Promise<unknown>
  attributes(item: Item): Promise<unknown>
}

/** By what a server says itself: the notifications. */
export function byNotifications({ notify }: Mount, random: Random): Teller {
  return {
    created: (parent, name) => Promise.all([notify.invalEntry(parent.id, name), notify.invalInode(parent.id)]),
    removed(parent, name, item) {
      // What is in use may keep the name from being deleted; it is dropped all the same.
      const isDropped = random.below(2) === 0
      const entry = isDropped ? notify.invalEntry(parent.id, name) : notify.delete(parent.id, item.id, name)
      return Promise.all([entry, notify.invalInode(parent.id)])
    },
    renamed: (parent, name, target, newName) =>
      Promise.all([
        notify.invalEntry(parent.id, name),
        notify.invalEntry(target.id, newName),
        notify.invalInode(parent.id),
        notify.invalInode(target.id),
      ]),
    written: ({ id }) => notify.invalInode(id),
    stored: ({ id }, offset, bytes) =>
      Promise.all([notify.store(id, offset, bytes), notify.invalInode(id, { attributesOnly: true })]),
    attributes: ({ id }) => notify.invalInode(id, { attributesOnly: true }),
  }
}

/** In words of files. */
export function byVerbs({ changes }: Mount, random: Random): Teller {
  return {
    created: ({ id }, name) => changes.created(id, name),
    removed: ({ id }, name) => changes.removed(id, name),
    renamed: (parent, name, target, newName) => changes.renamed([parent.id, name], [target.id, newName]),
    written: ({ id, content }) =>
      changes.modified(id, random.below(2) === 0 ? {} : { data: content, size: content.length }),
    stored: ({ id }, offset, data) => changes.modified(id, { offset, data }),
    attributes: ({ id }) => changes.modified(id, { attributesOnly: true }),
  }
}

/**
 * By a feed that is followed: later, and by paths. @param pathOf where an object is by now; nothing is told of what is nowhere
 */
export function byFeed({ follow }: Mount, pathOf: (item: Item) => string | undefined): Teller {
  const feed = new Queue<() => void>()
  follow(feed, { saveCursor: (saved) => saved() })
  const tell = (change: Change) => new Promise<void>((resolve) => feed.push({ changes: [change], cursor: resolve }))
  const at = (parent: Item, name: string) => `${pathOf(parent)!}/${name}`
  const modified = async (item: Item, what: object) => {
    const path = pathOf(item)
    if (path !== undefined) await tell({ is: 'modified', path, ...what })
  }
  return {
    created: (parent, name) => tell({ is: 'created', path: at(parent, name) }),
    removed: (parent, name) => tell({ is: 'removed', path: at(parent, name) }),
    renamed: (parent, name, target, newName) =>
      tell({ is: 'renamed', from: at(parent, name), to: at(target, newName) }),
    written: (item) => modified(item, {}),
    stored: (item, offset, bytes) => modified(item, { offset, length: bytes.length }),
    attributes: (item) => modified(item, { attributesOnly: true }),
  }
}
