import { setTimeout as sleep } from 'node:timers/promises'
import { MountError, type Mount } from '../../index.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** How long a forced unmount may take, in ms. The end of the process ends the connection anyway. */
const FORCE_MS = 2000

/**
 * Lets signals unmount. The first one does it in order: if files are open there, the mount is taken out of sight, and ends
 * when the last one is closed. The second one ends it at once.
 */
export class SignalStop {
  /** Resolves when a second signal has come, and what can be done in haste is done. */
  readonly forced: Promise<void>
  private readonly say: (line: string) => void
  private mounted: Mount | undefined
  private count = 0
  private resolveForced!: () => void

  constructor(say: (line: string) => void) {
    this.say = say
    this.forced = new Promise((resolve) => (this.resolveForced = resolve))
    for (const signal of SIGNALS) process.on(signal, () => this.stop())
  }

  /** A second signal has come: however the mount ends now, it was by that. */
  get isForced(): boolean {
    return this.count > 1
  }

  /** From now on there is something to unmount. A signal that came before counts. */
  watch(mounted: Mount): void {
    this.mounted = mounted
    if (this.count > 0) void this.unmount(mounted)
  }

  /** What a signal does. */
  stop(): void {
    this.count += 1
    if (this.count === 2) void this.force()
    else if (this.count === 1 && this.mounted !== undefined) void this.unmount(this.mounted)
  }

  private async unmount(mounted: Mount): Promise<void> {
    const { mountpoint, unmount } = mounted
    try {
      try {
        await unmount()
      } catch (error) {
        if (!(error instanceof MountError) || error.code !== 'ERR_UNMOUNT_BUSY') throw error
        this.say(`${mountpoint}: files are open there; it ends when they are closed, or at once with a second signal`)
        await unmount({ mode: 'lazy' })
      }
    } catch (error) {
      // Somebody else was faster.
      if (error instanceof MountError && error.code === 'ERR_NOT_MOUNTED') return
      this.say(error instanceof Error ? error.message : String(error))
    }
  }

  private async force(): Promise<void> {
    const unmount = this.mounted?.unmount
    // Force needs fusectl. Without it the end of this process ends the connection.
    const unmounted = unmount?.({ mode: 'force' }).catch(() => unmount({ mode: 'lazy' }).catch(() => undefined))
    await Promise.race([unmounted, sleep(FORCE_MS)])
    this.resolveForced()
  }
}
