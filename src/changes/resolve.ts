import { encodedNameLength } from '../base/name.js'
import { ROOT_ID, type NodeId } from '../base/ids.js'
import type { RaceGuard } from '../notify/race-guard.js'
import type { HeldNames } from './held-names.js'
import type { ChangePlace, ChangeTarget } from './options.js'
import type { Place } from './place.js'

/** What {@link Resolver} works with. */
export interface ResolverContext {
  readonly names: HeldNames
  readonly races: RaceGuard
  /** The node of an object of the filesystem's own; undefined where there is no such method. */
  readonly nodeOf: ((object: object) => NodeId | undefined) | undefined
}

/**
 * Finds out which nodes of the peer a path may mean: mostly one, none if the peer has nothing of it, and more where a name was
 * something else before that is still in use. Answers that are on their way, and may bring more, are kept from promising
 * anything of the names on that path.
 */
export class Resolver {
  private readonly context: ResolverContext

  constructor(context: ResolverContext) {
    this.context = context
  }

  /** @throws TypeError for what is no target */
  nodes(target: ChangeTarget): readonly NodeId[] {
    if (typeof target === 'number') return [target]
    if (typeof target === 'object') return this.nodeOfObject(target)
    const path = split(target)
    const name = path.pop()
    if (name === undefined) return [ROOT_ID]
    return this.directories(path).flatMap((parent) => this.nodesAt(parent, name))
  }

  /** @throws TypeError for what is no place */
  places(place: ChangePlace): readonly Place[] {
    if (typeof place !== 'string') {
      const [parent, name] = place
      checkName(name, name)
      return this.nodes(parent).map((each) => ({ parent: each, name }))
    }
    const path = split(place)
    const name = path.pop()
    if (name === undefined) throw new TypeError('the root has no name that could change')
    return this.directories(path).map((parent) => ({ parent, name }))
  }

  private directories(path: readonly string[]): readonly NodeId[] {
    let nodes: readonly NodeId[] = [ROOT_ID]
    for (const name of path) nodes = nodes.flatMap((parent) => this.nodesAt(parent, name))
    return nodes
  }

  private nodesAt(parent: NodeId, name: string): readonly NodeId[] {
    this.context.races.touchNames(parent)
    return this.context.names.nodesAt(parent, name)
  }

  private nodeOfObject(object: object): readonly NodeId[] {
    const { nodeOf } = this.context
    if (nodeOf === undefined) {
      throw new TypeError('the filesystem has no method nodeOf: name what changed by its path or its node')
    }
    const node = nodeOf(object)
    return node === undefined ? [] : [node]
  }
}

function split(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '')
  for (const name of names) checkName(name, path)
  return names
}

function checkName(name: string, path: string): void {
  const problem =
    typeof name !== 'string' || name === ''
      ? 'a name is missing'
      : name === '.' || name === '..'
        ? `'${name}' is no name: say the path from the root of the filesystem`
        : name.includes('/')
          ? 'a name in a directory has no slash'
          : name.includes('\0') || encodedNameLength(name) < 0
            ? 'no file can have this name'
            : undefined
  if (problem !== undefined) throw new TypeError(`${JSON.stringify(path)}: ${problem}`)
}
