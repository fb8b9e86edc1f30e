import { setTimeout as sleep } from 'node:timers/promises'
import { runningMounts, type RunningMount } from '../../diagnostics/index.js'
import { command } from '../command.js'
import { connectionOf } from '../connection.js'
import { EXIT } from '../exit-codes.js'
import { CommandError } from '../failure.js'
import { jsonOf } from '../status/json.js'
import { isSame, tableOf } from '../status/table.js'
import { viewOf } from '../status/view.js'

/** Rates are counted over so long, in ms. */
const SAMPLE_MS = 500

export const status = command({
  name: 'status',
  summary: 'show the running mounts of this user, for root those of all, and what they are doing',
  operands: ['[MOUNTPOINT|CONNECTION]'],
  options: { json: { help: ['print one JSON object for each mount, each in a line'] } },
  notes: [
    'A table of all, or all that is known of the one that is named. Rates are those of half a second.',
    "It asks the servers; what they cannot tell, because they hang, 'fusewire diagnose' finds out.",
  ],
  async run({ operands: [target], options: { json } }) {
    const only = target === undefined ? undefined : connectionOf(target)
    const before = await runningMounts(only)
    if (before.length > 0) await sleep(SAMPLE_MS)
    const mounts = await runningMounts(only)
    if (only !== undefined && mounts.length === 0) {
      throw new CommandError(`${target}: no running mount of fusewire, or not one of this user`, EXIT.PATH)
    }
    const lines =
      json === true ? mounts.map((one) => jsonLine(one, before)) : textLines(mounts, before, only !== undefined)
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
    return EXIT.OK
  },
})

function jsonLine(one: RunningMount, before: readonly RunningMount[]): string {
  const { connection, pid, status, problem } = one
  if (status === undefined) return JSON.stringify({ connection, pid, problem })
  return jsonOf(status, before.find((old) => isSame(old, one))?.status)
}

function textLines(mounts: readonly RunningMount[], before: readonly RunningMount[], inFull: boolean): string[] {
  if (mounts.length === 0) return ['no mount of fusewire is running']
  const [one] = mounts
  if (!inFull || one?.status === undefined) return tableOf(mounts, before)
  return viewOf(one.status, before.find((old) => isSame(old, one))?.status)
}
