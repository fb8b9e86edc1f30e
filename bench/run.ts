import { benchClient } from './client/client.js'
import { benchCodec } from './codec/codec.js'
import { machine } from './lib/table.js'
import { benchMemory } from './memory/memory.js'
import { benchNotify } from './notify/notify.js'
import { benchServe } from './serve/serve.js'

/** What `npm run bench -- NAME` runs; without a name, everything. Each prints a table and returns the same as data. */
const BENCHMARKS: Readonly<Record<string, () => Promise<unknown>>> = {
  codec: benchCodec,
  memory: benchMemory,
  serve: benchServe,
  client: benchClient,
  notify: benchNotify,
}

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name))
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; there is: ${Object.keys(BENCHMARKS).join(', ')}`)
  process.exitCode = 2
} else {
  const json = process.argv.includes('--json')
  const where = machine()
  if (json) console.log = console.error
  console.log(
    Object.entries(where)
      .map(([key, value]) => `${key}: ${value}`)
      .join('\n'),
  )
  const results: Record<string, unknown> = {}
  for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) results[name] = await BENCHMARKS[name]!()
  if (json) process.stdout.write(`${JSON.stringify({ machine: where, results }, null, 2)}\n`)
}
