import type { Random } from '../../helpers/random.js'
import { draw } from './draw.js'

/* The few names that everything is about: so that steps meet. `/l` starts as a link to `/d`, `/m` as one to `/a`. */

export const DIRECTORIES = ['/', '/d', '/d/e'] as const
const FILES = ['/a', '/b', '/d/a', '/d/b', '/d/e/a'] as const
const LINKS = ['/l', '/m', '/d/l'] as const

/** A name in a directory, as the protocol has it. */
export interface Place {
  readonly parent: string
  readonly name: string
}

export function placeOf(path: string): Place {
  const slash = path.lastIndexOf('/')
  return { parent: path.slice(0, slash) || '/', name: path.slice(slash + 1) }
}

export function fileName(random: Random): string {
  return draw(random, [
    [8, () => random.pick(FILES)],
    [1, () => random.pick(['/l/a', '/l/b', '/m'])],
    [1, () => random.pick(['/c', '/d/c'])],
  ])
}

export function anyName(random: Random): string {
  return draw(random, [
    [8, () => fileName(random)],
    [4, () => random.pick(DIRECTORIES)],
    [2, () => random.pick(LINKS)],
  ])
}

/** A name that something could be made at, or taken from: not the root. */
export function ownName(random: Random): string {
  return draw(random, [
    [8, () => fileName(random)],
    [2, () => random.pick(['/d', '/d/e'])],
    [2, () => random.pick(LINKS)],
  ])
}
