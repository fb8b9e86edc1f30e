/** A length of time as people say it. */
export function duration(ms: number): string {
  if (ms === Infinity) return 'for ever'
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `1 request`, `2 requests`. */
export function count(number: number, one: string): string {
  return `${number} ${number === 1 ? one : `${one}s`}`
}

export function perSecond(rate: number): string {
  return `${rate.toFixed(1)}/s`
}
