/** What `promise` resolves with; undefined if it takes longer than `ms`, as it may where a server hangs. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const timer = AbortSignal.timeout(ms)
  return Promise.race([
    promise,
    new Promise<undefined>((resolve) => timer.addEventListener('abort', () => resolve(undefined))),
  ])
}
