import type { ChangeBatch, ChangeFeed } from '#src/changes/feed.js'

/** A feed that says what a test lets it say. */
export class Queue<Cursor = number> implements ChangeFeed<Cursor> {
  private readonly batches: (ChangeBatch<Cursor> | 'end')[] = []
  private wake: () => void = () => undefined

  push(batch: ChangeBatch<Cursor> | 'end'): void {
    this.batches.push(batch)
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChangeBatch<Cursor>> {
    for (;;) {
      while (this.batches.length === 0) await new Promise<void>((resolve) => (this.wake = resolve))
      const batch = this.batches.shift()!
      if (batch === 'end') return
      yield batch
    }
  }
}
