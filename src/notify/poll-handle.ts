import type { NotifyResult } from './result.js'

/** Somebody polls an open file, and wants to be woken when something may be ready on it. */
export interface PollHandle {
  /** The number by which the peer knows it. */
  readonly kh: number
  /**
   * Wakes those who poll, who then ask with POLL what is ready. May be called at any time, from anywhere, as often as you
   * like, also after the file was closed, which has no effect. Never waits.
   */
  wake(): Promise<NotifyResult>
}
