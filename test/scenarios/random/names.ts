import type { Random } from '../../helpers/random.js'
import { draw } from './draw.js'
import type { Theme } from './theme.js'

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

/** The few names that a scenario is about: so that its steps meet. `/l` starts as a link to `/d`, `/m` as one to `/a`. */
export class Names {
  readonly random: Random
  readonly theme: Theme

  constructor(random: Random, theme: Theme) {
    this.random = random
    this.theme = theme
  }

  file(): string {
    const { random, theme } = this
    return draw(random, [
      [8, () => random.pick(theme.files)],
      [1, () => random.pick(['/l/a', '/l/b', '/m'])],
      [1, () => random.pick(['/c', '/d/c', '/d/../a', '/d/./b'])],
    ])
  }

  directory(): string {
    return this.random.pick(this.theme.directories)
  }

  any(): string {
    return draw(this.random, [
      [8, () => this.file()],
      [4, () => this.directory()],
      [2, () => this.random.pick(LINKS)],
    ])
  }

  /** A name that something could be made at, or taken from: not the root. */
  own(): string {
    return draw(this.random, [
      [8, () => this.file()],
      [2, () => this.random.pick(this.theme.directories.filter((path) => path !== '/'))],
      [2, () => this.random.pick(LINKS)],
    ])
  }
}
