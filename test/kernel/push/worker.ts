import { Random } from '../../helpers/random.js'
import { CHANGES, mend, step, USES } from './steps.js'

/* A process that changes or uses a directory, as it is told over IPC, and says how often each step was made. */

export interface Job {
  readonly kind: 'change' | 'use'
  readonly root: string
  readonly seed: number
  readonly steps: number
}

process.on('message', ({ kind, root, seed, steps }: Job) => {
  const random = new Random(seed)
  const counts: Record<string, number> = {}
  for (let done = 0; done < steps;) {
    if (kind === 'change' && random.below(50) === 0) mend(root)
    const made = step(kind === 'change' ? CHANGES : USES, root, random)
    if (kind === 'use' || made !== undefined) done += 1
    if (made !== undefined) counts[made] = (counts[made] ?? 0) + 1
  }
  process.send?.(counts)
})
