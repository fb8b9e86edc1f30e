import type { Random } from '../../helpers/random.js'

/** One of several things to come, the likelier the greater its weight. */
export type Weighted<T> = readonly (readonly [weight: number, make: () => T])[]

export function draw<T>(random: Random, choices: Weighted<T>): T {
  let left = random.below(choices.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, make] of choices) {
    left -= weight
    if (left < 0) return make()
  }
  throw new Error('nothing to choose from')
}

/** True in one of `times` cases. */
export function oneIn(random: Random, times: number): boolean {
  return random.below(times) === 0
}
