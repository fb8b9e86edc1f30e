import { fork } from 'node:child_process'
import { EXIT } from '../exit-codes.js'
import { CommandError, type Failure } from '../failure.js'
import type { MountPlan } from './plan.js'

/** What the process in the background says of itself. */
export type DaemonMessage = 'ready' | Failure

/**
 * Serves `plan` in a process of its own, and returns once the mount answers.
 *
 * @throws CommandError with what went wrong there
 */
export async function startDaemon(plan: MountPlan): Promise<number> {
  // It is told the plan below; what it serves stands in its command line for those who look for it.
  const child = fork(new URL('daemon-process.js', import.meta.url), [plan.source, plan.mountpoint], {
    detached: true,
    // Nobody's current directory stays in use.
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  child.stderr!.on('data', (text: Uint8Array) => process.stderr.write(text))
  const message = await new Promise<DaemonMessage>((resolve, reject) => {
    child.once('message', resolve)
    child.once('error', reject)
    child.once('close', (status, signal) => {
      const how = signal === null ? `exited with ${status}` : `was killed by ${signal}`
      reject(new CommandError(`the process in the background ${how} before the mount answered`))
    })
    child.send(plan)
  })
  child.disconnect()
  child.stderr!.destroy()
  child.unref()
  if (message !== 'ready') throw new CommandError(message.text, message.exitCode)
  return EXIT.OK
}
