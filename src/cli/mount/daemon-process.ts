import { EXIT } from '../exit-codes.js'
import { failureOf } from '../failure.js'
import type { DaemonMessage } from './daemon.js'
import { openLog } from './log.js'
import type { MountPlan } from './plan.js'
import { serve } from './serve.js'
import { SignalStop } from './signals.js'

/* What `fusewire mount --daemon` goes on as: is told what to mount, says how that went, and serves. */

// Its reader goes away when the mount answers.
process.stderr.on('error', () => undefined)

process.once('message', (plan: MountPlan) => void run(plan))

async function run(plan: MountPlan): Promise<void> {
  let isReady = false
  let say = openLog(undefined)
  try {
    say = openLog(plan.log)
    const signals = new SignalStop(say)
    // Whoever started this is gone before there was anything to tell: nobody wants the mount.
    process.once('disconnect', () => isReady || signals.stop())
    const ready = (_mounted: unknown, cache: string) => {
      isReady = true
      if (plan.log !== undefined) say(cache)
      process.send?.('ready' satisfies DaemonMessage)
    }
    const exitCode = await serve(plan, { signals, ready, report: say, say })
    if (isReady) process.exit(exitCode)
    tellAndExit({ text: `${plan.mountpoint}: unmounted before it answered`, exitCode: EXIT.FAILED })
  } catch (error) {
    const failure = failureOf(error)
    if (!isReady) return tellAndExit(failure)
    say(failure.text)
    process.exit(failure.exitCode)
  }
}

function tellAndExit(message: Exclude<DaemonMessage, string>): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => process.exit(message.exitCode))
  else process.exit(message.exitCode)
}
