import type { Outcome } from './language.js'

/** What is compared of an outcome. */
export function linesOf({ steps, lookups, contents }: Outcome): string[] {
  const all = steps.map(({ step, seen, requests, isConcurrent }) => {
    const compared = withoutRepeatedReads(isConcurrent ? requests.toSorted() : requests)
    return `${step} → ${seen} [${compared.join(', ')}]`
  })
  return [...all, `lookups ${JSON.stringify(lookups)}`, `contents ${JSON.stringify(contents)}`]
}

/**
 * A READ that fails is asked for again by whoever needs it. Whether that one comes before or after the answer to a read-ahead
 * of the same pages is a matter of microseconds, and so is whether there is a third.
 */
function withoutRepeatedReads(requests: readonly string[]): string[] {
  return requests.filter((request, i) => !(request.startsWith('READ ') && request === requests[i - 1]))
}
