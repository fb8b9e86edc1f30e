import { probe as probeSystem, type ProbeName, type ProbeReport } from '../../index.js'
import { command } from '../command.js'
import { EXIT } from '../exit-codes.js'

export const probe = command({
  name: 'probe',
  summary: 'show what this kernel and this user can do, and what to do about the rest',
  operands: [],
  options: { json: { help: ['print the report as JSON'] } },
  notes: ['Mounts a throw-away filesystem in a private directory for a moment, where that is allowed.'],
  async run({ options: { json } }) {
    const report = await probeSystem()
    process.stdout.write(json === true ? `${JSON.stringify(report, undefined, 2)}\n` : asText(report))
    return report.canMount ? EXIT.OK : EXIT.UNAVAILABLE
  },
})

const TITLES: Readonly<Record<ProbeName, string>> = {
  device: 'the device',
  way: 'a way to mount',
  mount: 'a mount that answers',
  allowOther: '--allow-other',
  fusectl: 'fusectl',
  ioUring: 'io_uring',
  fuseOverIoUring: 'FUSE over io_uring',
}

function asText({ kernel, canMount, checks, offer, limits }: ProbeReport): string {
  const width = Math.max(...Object.values(TITLES).map((title) => title.length))
  const rows = (Object.keys(TITLES) as ProbeName[]).flatMap((name) => {
    const { ok, detail, advice } = checks[name]
    const row = `${ok ? 'yes' : 'no '}  ${TITLES[name].padEnd(width)}  ${detail}`
    return advice === undefined ? [row] : [row, `${' '.repeat(width + 7)}do: ${advice}`]
  })
  const settings = Object.entries(limits).map(([name, value]) => `${name} ${value}`)
  return [
    `Linux ${kernel}`,
    ...rows,
    ...(offer === undefined ? [] : [`FUSE ${offer.major}.${offer.minor} offers ${offer.flags.join(' ')}`]),
    ...(settings.length === 0 ? [] : [`limits: ${settings.join(', ')}`]),
    canMount ? 'fusewire can mount here.' : 'fusewire cannot mount here.',
    '',
  ].join('\n')
}
