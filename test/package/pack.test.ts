import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'fusewire-package-'))
after(() => rmSync(project, { recursive: true, force: true }))

/** What `command` prints. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 50_000 })
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${String(error ?? '')}\n${stdout}\n${stderr}`)
  return stdout
}

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
}
const entries = Object.keys(manifest.exports).filter((entry) => typeof manifest.exports[entry] !== 'string')
const names = entries.map((entry) => `fusewire${entry.slice(1)}`)

// The build is there, or this test would not run; the script that builds again would disturb the tests beside this one.
const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', project]
const [packed] = JSON.parse(run('npm', pack, ROOT)) as [Packed]
const files = packed.files.map(({ path }) => path)

/** Which packed files belong there. */
const WANTED = [
  /^dist\/(?!.*\.test\.)[\w./-]+\.(js|d\.ts)$/,
  /^docs\/[\w./-]+\.md$/,
  /^(README|CHANGELOG)\.md$/,
  /^LICENSE$/,
  /^package\.json$/,
]

test('the package holds what a user needs, and nothing else', () => {
  assert.deepEqual(
    files.filter((file) => !WANTED.some((pattern) => pattern.test(file))),
    [],
  )
  for (const pattern of WANTED)
    assert.ok(
      files.some((file) => pattern.test(file)),
      `nothing is like ${pattern.source}`,
    )
  for (const target of Object.values(manifest.exports)) {
    const paths = typeof target === 'string' ? [target] : [target.types, target.default]
    for (const path of paths) assert.ok(files.includes(path.replace('./', '')), path)
  }
})

test('every module comes with its types', () => {
  for (const file of files.filter((file) => file.endsWith('.js'))) {
    assert.ok(files.includes(file.replace(/\.js$/, '.d.ts')), file)
  }
})

const CONSUMER = `
import { FuseError, ROOT_ID, type NodeId } from 'fusewire'
import { createClient, type Client } from 'fusewire/client'
import { MemoryFileSystem } from 'fusewire/fs/memory'
import { serve, type Served } from 'fusewire/serve'
import { createPair } from 'fusewire/transport'
import { MessageCodec, messageBuffer, type Request } from 'fusewire/protocol'

const root: NodeId = ROOT_ID
const codec = new MessageCodec()
const message = messageBuffer(256)
export const end: number = codec.encodeNotification(message, 0, {
  notification: 'STORE',
  fuse_notify_store_out: { nodeid: root, offset: 0, size: 1 },
  data: new Uint8Array(1),
})
export function nameOf(request: Request): string {
  if (request.op !== 'LOOKUP') throw new FuseError('ENOSYS')
  return request.name
}
const [near, far] = createPair()
export const served: Served = serve(new MemoryFileSystem(), far, { readOnly: true })
export const client: Client = createClient(near)
// @ts-expect-error a plain number is no node id
export const wrong: NodeId = 2
`

test('the package installs', () => {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  run('npm', ['install', ...options, join(project, packed.filename)], project)
  assert.ok(existsSync(join(project, 'node_modules', 'fusewire', 'README.md')))
})

/** The command, as npm has installed it. */
const FUSEWIRE = join(project, 'node_modules', '.bin', 'fusewire')

test('the command is installed, and runs', () => {
  assert.equal(run(FUSEWIRE, ['--version'], project), `fusewire ${manifest.version}\n`)
  assert.match(run(FUSEWIRE, ['mount', '--help'], project), /^usage: fusewire mount SOURCE MOUNTPOINT /)
})

/** Imports every entry, by its name, as a user does. */
const importAll = `for (const name of ${JSON.stringify(names)}) if (Object.keys(await import(name)).length === 0) throw name`

test('every entry can be imported', () => {
  run(process.execPath, ['--input-type=module', '--eval', importAll], project)
})

for (const [module, resolution] of [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
] as const) {
  test(`the types hold for a strict user with moduleResolution ${resolution}`, () => {
    writeFileSync(join(project, 'consumer.ts'), CONSUMER)
    const all = names.map((name, i) => `import * as entry${i} from '${name}'\nvoid entry${i}\n`).join('')
    writeFileSync(join(project, 'all.ts'), all)
    writeFileSync(join(project, 'anywhere.ts'), "import * as protocol from 'fusewire/protocol'\nvoid protocol\n")
    const portable = ['client', 'serve', 'transport', 'fs/memory'].map((name, i) => {
      return `import * as part${i} from 'fusewire/${name}'\nvoid part${i}\n`
    })
    writeFileSync(join(project, 'browser.ts'), portable.join(''))
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022', '--skipLibCheck', 'false']
    const how = ['--module', module, '--moduleResolution', resolution]
    const tsc = [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, ...how]
    run(process.execPath, [...tsc, '--types', '', 'anywhere.ts'], project)
    // A browser has no Node, but it has signals to abort with.
    const browser = ['--types', '', '--lib', 'es2022,esnext.disposable,dom', 'browser.ts']
    run(process.execPath, [...tsc, ...browser], project)
    // What serves a mount is for Node, whose types a user has.
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')]
    run(process.execPath, [...tsc, ...types, 'consumer.ts', 'all.ts'], project)
  })
}

test('every entry can be imported where koffi is not, and the command says what is missing', () => {
  rmSync(join(project, 'node_modules', 'koffi'), { recursive: true })
  rmSync(join(project, 'node_modules', '@koromix'), { recursive: true, force: true })
  run(process.execPath, ['--input-type=module', '--eval', importAll], project)
  assert.equal(run(FUSEWIRE, ['--version'], project), `fusewire ${manifest.version}\n`)
  const { status, stderr } = spawnSync(FUSEWIRE, ['mount', 'memory:', project], { encoding: 'utf8', timeout: 30_000 })
  assert.equal(status, 3, stderr)
  assert.match(stderr, /^fusewire: [^\n]*koffi[^\n]*\n$/)
})
