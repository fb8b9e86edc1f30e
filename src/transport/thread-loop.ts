import { chooseLoop, type ChosenLoop, type LoopKind } from './device-loops.js'
import type { Loop, LoopStats, Source } from './device-source.js'

/** What all users of the loop of this thread have in common. */
interface Shared {
  readonly chosen: Promise<ChosenLoop>
  users: number
}

/** One for each thread, as the event loop is: who waits in its place must wait for all that the thread serves. */
let shared: Shared | undefined

/**
 * The loop of this thread for one more user: all of them have the same one, since a reactor sleeps in a system call that wakes
 * for its own sources only, and two of them would wake each other for ever. To be closed by each. A plain loop that is asked
 * for is its user's own.
 *
 * @throws UnsupportedError as `chooseLoop`
 */
export async function threadLoop(wish: 'auto' | LoopKind = 'auto'): Promise<ChosenLoop> {
  if (wish === 'plain') return chooseLoop(wish)
  const mine = (shared ??= { chosen: chooseLoop(), users: 0 })
  mine.users += 1
  const release = () => {
    mine.users -= 1
    if (mine.users > 0) return
    if (shared === mine) shared = undefined
    void mine.chosen.then(({ loop }) => loop.close())
  }
  try {
    const chosen = await mine.chosen
    if (wish === 'reactor' && chosen.kind !== wish) {
      release()
      return await chooseLoop(wish)
    }
    const reason = wish === 'reactor' ? 'as asked for' : chosen.reason
    return { ...chosen, reason, loop: new LoopUse(chosen.loop, release) }
  } catch (error) {
    if (shared === mine) shared = undefined
    throw error
  }
}

/** One use of a loop; closing it leaves the loop to the others. */
class LoopUse implements Loop {
  private readonly loop: Loop
  private release: (() => void) | undefined

  constructor(loop: Loop, release: () => void) {
    this.loop = loop
    this.release = release
  }

  get stats(): Readonly<LoopStats> {
    return this.loop.stats
  }

  add(source: Source): void {
    this.loop.add(source)
  }

  update(source: Source): void {
    this.loop.update(source)
  }

  remove(source: Source): void {
    this.loop.remove(source)
  }

  close(): void {
    this.release?.()
    this.release = undefined
  }
}
