import { diagnose as diagnoseSystem } from '../../diagnostics/index.js'
import type { BlockedThread, Diagnosis, DiagnosisList, Verdict } from '../../diagnostics/index.js'
import { command } from '../command.js'
import { connectionOf, printable } from '../connection.js'
import { EXIT } from '../exit-codes.js'
import { CommandError } from '../failure.js'

export const diagnose = command({
  name: 'diagnose',
  summary: 'show the FUSE mounts of this machine, who waits for whom, and what to do',
  operands: ['[MOUNTPOINT|CONNECTION]'],
  options: { json: { help: ['print the report as JSON'] } },
  notes: [
    'Never touches what is mounted, so that it does not hang where a mount does. Only root sees everything.',
    'Exit code 1 if something is to be done about one of them.',
  ],
  async run({ operands: [target], options: { json } }) {
    const only = target === undefined ? undefined : connectionOf(target)
    const all = await diagnoseSystem()
    const connections = all.connections.filter(({ connection }) => only === undefined || connection === only)
    if (only !== undefined && connections.length === 0) {
      throw new CommandError(`there is no FUSE connection ${only}`, EXIT.PATH)
    }
    const list = { ...all, connections }
    process.stdout.write(json === true ? `${JSON.stringify(list, undefined, 2)}\n` : asText(list))
    return connections.some(({ verdict }) => TROUBLE.has(verdict)) ? EXIT.FAILED : EXIT.OK
  },
})

const TROUBLE: ReadonlySet<Verdict> = new Set(['hanging', 'dying', 'dead'])

function asText({ connections, unplaced }: DiagnosisList): string {
  if (connections.length === 0) return 'there are no FUSE mounts\n'
  const blocks = connections.map(connectionText)
  if (unplaced.length > 0) {
    blocks.push(['waiting in the kernel, nothing tells where:', ...unplaced.map((one) => `  ${threadText(one)}`)])
  }
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function connectionText(report: Diagnosis): string[] {
  const { connection, mounts, waiting, servers, unknown, blocked, verdict, advice, server } = report
  const places = mounts.map(({ mountpoint, type, source }) => `${mountpoint} (${type}, ${source})`)
  const served = servers?.map(
    ({ pid, command, isDying }) => `${command} ${pid}${isDying ? ', killed, cannot end' : ''}`,
  )
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['server', served ?? [`unknown: ${unknown ?? ''}`]],
    ['cache', server?.cache === undefined ? [] : [server.cache]],
    ['waiting', waiting === undefined || waiting === 0 ? [] : [`${waiting} ${waiting === 1 ? 'request' : 'requests'}`]],
    ['handled', (server?.requests ?? []).map(requestText)],
    ['notified', (server?.notifications ?? []).map(notificationText)],
    ['blocked', blocked.map(threadText)],
    ['do', [advice]],
  ]
  return [
    `${connection}  ${places.length === 0 ? 'not mounted here' : places.map(printable).join(', ')}: ${verdict}`,
    ...rows.flatMap(([title, texts]) =>
      texts.map((text, i) => `  ${(i === 0 ? title : '').padEnd(9)} ${printable(text)}`),
    ),
  ]
}

function threadText({ pid, thread, command, state, place, ageMs }: BlockedThread): string {
  const who = thread === pid ? `${command} ${pid}` : `${command} ${pid}, thread ${thread}`
  return printable(`${who}: ${state}, in ${place}${ageMs === undefined ? '' : `, for ${seconds(ageMs)}`}`)
}

type Server = NonNullable<Diagnosis['server']>

function requestText({ op, node, name, unique, pid, ageMs }: Server['requests'][number]): string {
  const what = name === undefined ? `of node ${node}` : `of '${name}' in node ${node}`
  return `${op} ${what}, unique ${unique}, by process ${pid}, for ${seconds(ageMs)}`
}

function notificationText({ notification, node, name, ageMs }: Server['notifications'][number]): string {
  const what = name === undefined ? `of node ${node}` : `of '${name}' in node ${node}`
  return `${notification} ${what} waits, for ${seconds(ageMs)}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
