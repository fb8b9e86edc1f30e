/* The entry `fusewire/diagnostics`: what hangs, why, and how to free it; and notifications through a mount that is running. */

export { ControlClient } from '../control/client.js'
export { runningMounts } from '../control/running.js'
export { abort, connectionAt, ownerOf } from '../kernel/abort.js'
export { diagnose } from './diagnose.js'

export type { ControlInvalInode } from '../control/client.js'
export type { MountInfo, RequestInfo } from '../control/messages.js'
export type { RunningMount } from '../control/running.js'
export type { Choice, MountStatus, StatusCounters, WaitingSummary } from '../control/status.js'
export type { AbortResult } from '../kernel/abort.js'
export type { BlockedThread, MountPlace, ServerProcess, Verdict } from '../kernel/diagnose-report.js'
export type { NotifyOutcome, NotifyResult } from '../notify/result.js'
export type { WaitingNotification } from '../notify/waiting.js'
export type { Diagnosis, DiagnosisList } from './diagnose.js'
export type { WatchableCounts } from '../watchable/counts.js'
