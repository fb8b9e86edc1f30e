import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/* The client and a memory filesystem in a page of a browser, bundled as web applications are. */

const PAGE = fileURLToPath(new URL('page.js', import.meta.url))
/** Most of it would be an accident: the whole of it is some 150 kB. */
const MAX_BUNDLE_BYTES = 400_000

const directory = mkdtempSync(join(tmpdir(), 'fusewire-browser-'))
after(() => rmSync(directory, { recursive: true, force: true }))

/** The page's script and all that it imports. For browsers, esbuild refuses the modules of Node. */
const bundle = await build({
  entryPoints: [PAGE],
  bundle: true,
  minify: true,
  write: false,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  logLevel: 'silent',
})

test('it can be bundled for browsers, without a module of Node', () => {
  assert.deepEqual([bundle.warnings, bundle.errors], [[], []])
  const bytes = bundle.outputFiles[0]!.contents.length
  assert.ok(bytes < MAX_BUNDLE_BYTES, `${bytes} bytes`)
})

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { timeout: 30_000 }).status === 0,
)

test('it runs in Chromium', { skip: chromium === undefined && 'needs chromium in PATH' }, () => {
  const page = join(directory, 'page.html')
  const script = bundle.outputFiles[0]!.text.replaceAll('</script', '<\\/script')
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><body></body><script type="module">${script}</script>`)
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    `--user-data-dir=${join(directory, 'profile')}`,
    // By its own clock, which stands still while there is work to do.
    '--virtual-time-budget=60000',
    '--dump-dom',
    `file://${page}`,
  ]
  const { stdout, stderr, status, error } = spawnSync(chromium!, flags, { encoding: 'utf8', timeout: 50_000 })
  const body = /<body>(.*?)<script|<body>(.*)<\/body>/s.exec(stdout)
  const text = body?.[1] ?? body?.[2]
  assert.ok(text !== undefined && text !== '', `${status} ${String(error ?? '')}\n${stdout.slice(0, 500)}\n${stderr}`)
  const said = JSON.parse(unescaped(text)) as { seen?: unknown; expected?: unknown; failed?: string }
  assert.equal(said.failed, undefined)
  assert.deepEqual(said.seen, said.expected)
})

function unescaped(html: string): string {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
