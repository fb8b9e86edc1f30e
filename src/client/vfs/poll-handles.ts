/** Who waits on an open file, by the `kh` that its POLL requests name. */
export interface PollHandles {
  /** From now on `wake` is called when the server says that something is ready. Returns what ends it. */
  wait(kh: number, wake: () => void): () => void
  /** POLL came. Nobody waiting, or a number that nobody knows, is no error. */
  wake(kh: number): void
}

export function pollHandles(): PollHandles {
  const waiting = new Map<number, Set<() => void>>()
  return {
    wait(kh, wake) {
      const all = waiting.get(kh) ?? new Set()
      waiting.set(kh, all.add(wake))
      return () => {
        all.delete(wake)
        if (all.size === 0) waiting.delete(kh)
      }
    },
    wake(kh) {
      for (const wake of Array.from(waiting.get(kh) ?? [])) wake()
    },
  }
}
