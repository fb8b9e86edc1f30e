import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/* What `npm run example -- NAME [OPTIONS] MOUNTPOINT` runs: a program of examples/, as if it had been started itself. */

const [node = '', , name = '', ...rest] = process.argv
const url = new URL(`../examples/${name}.js`, import.meta.url)
if (!/^[\w-]+$/.test(name) || !existsSync(url)) {
  console.error(`example: there is no '${name}'; see the files in examples/`)
  process.exitCode = 2
} else {
  process.argv = [node, fileURLToPath(url), ...rest]
  await import(url.href)
}
