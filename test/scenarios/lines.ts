import type { Outcome } from './language.js'

/** What is compared of an outcome. */
export function linesOf({ steps, lookups, contents }: Outcome): string[] {
  const all = steps.map(({ step, seen, requests, isConcurrent }) => {
    return `${step} → ${seen} [${(isConcurrent ? requests.toSorted() : requests).join(', ')}]`
  })
  return [...all, `lookups ${JSON.stringify(lookups)}`, `contents ${JSON.stringify(contents)}`]
}
