/** Numbers of changes at the source that those who watch by inotify were to hear of; see docs/watchers.md. */
export interface WatchableCounts {
  /** How many events the kernel was made to send. */
  readonly replayed: number
  /** How many were covered by one that was waiting, or took each other away. */
  readonly merged: number
  /** How many came so fast that there was no room for them. */
  readonly dropped: number
  /** How many were not sent, because things were otherwise again, or the kernel would have had to drop what is right. */
  readonly skipped: number
  /** How many the kernel refused. */
  readonly failed: number
  /** How many wait for their turn, or are being sent. */
  readonly queued: number
}
