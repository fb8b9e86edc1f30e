import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { privateDirectory } from '../../helpers/directory.js'

/* The numbers of arm64, on any machine: the modules are loaded as if it were one, and the kernel's headers are asked. */

/** Where Debian's linux-libc-dev-arm64-cross has them. */
const HEADERS = '/usr/aarch64-linux-gnu/include'
const INCLUDED = ['linux/fcntl.h', 'linux/falloc.h', 'linux/fs.h', 'linux/openat2.h', 'linux/xattr.h', 'linux/fuse.h']
const ALSO = ['linux/mman.h', 'linux/mount.h', 'linux/poll.h', 'linux/prctl.h', 'linux/stat.h', 'asm/unistd.h']
const PREFIX: Readonly<Record<string, string>> = {
  S: 'S_',
  FALLOC: 'FALLOC_FL_',
  FUSE_DEV_IOC: 'FUSE_DEV_IOC_',
  POLL: 'POLL',
}

/** All constants as the modules have them on `arch`, under their names in C. */
function numbersOf(arch: string): Map<string, number> {
  const module = (path: string) => JSON.stringify(new URL(`../../../../dist/sys/${path}`, import.meta.url).href)
  const script = `
    Object.defineProperty(process, 'arch', { value: ${JSON.stringify(arch)} })
    const constants = await import(${module('constants.js')})
    const { SYS } = await import(${module('syscalls.js')})
    console.log(JSON.stringify({ ...constants, SYS }))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  assert.equal(stderr, '')
  const numbers = new Map<string, number>()
  for (const [group, object] of Object.entries(JSON.parse(stdout) as Record<string, Record<string, number>>)) {
    const prefix = group === 'SYS' ? '__NR_' : (PREFIX[group] ?? `${group}_`)
    for (const [name, value] of Object.entries(object)) {
      const isWhole = name === 'FD_CLOEXEC' || name === 'UMOUNT_NOFOLLOW'
      numbers.set(isWhole ? name : `${prefix}${name}`, value)
    }
  }
  return numbers
}

test('the numbers of arm64 are those of its headers', (t) => {
  if (!existsSync(HEADERS)) return t.skip('needs the headers of arm64 (package linux-libc-dev-arm64-cross)')
  const numbers = numbersOf('arm64')
  const directory = privateDirectory(t)
  const lines = [...numbers.keys()].map(
    (name) => `#ifdef ${name}\n printf("${name} %llu\\n", (unsigned long long)(unsigned)(${name}));\n#endif`,
  )
  // Only the headers are arm64's; the program that prints runs here.
  const source = `int printf(const char *format, ...);\n${[...INCLUDED, ...ALSO].map((header) => `#include <${header}>`).join('\n')}\nint main(void) {\n${lines.join('\n')}\n}`
  const args = ['-isystem', HEADERS, '-D__aarch64__', '-x', 'c', '-o', `${directory}/numbers`, '-']
  const compiler = spawnSync('cc', args, { input: source, encoding: 'utf8' })
  if (compiler.error !== undefined) return t.skip(`no C compiler: ${compiler.error.message}`)
  assert.equal(compiler.status, 0, compiler.stderr)
  const output = spawnSync(`${directory}/numbers`, { encoding: 'utf8' }).stdout.trim().split('\n')
  assert.ok(output.length > 80, `only ${output.length} names are known to the headers`)
  for (const line of output) {
    const [name, value] = line.split(' ') as [string, string]
    assert.equal(numbers.get(name)! >>> 0, Number(value), name)
  }
  // Those that differ from x64 were among them.
  const seen = new Set(output.map((line) => line.split(' ')[0]!))
  const other = numbersOf('x64')
  for (const [name, value] of numbers) {
    if (other.get(name) !== value) assert.ok(seen.has(name), `${name} differs, and no header has it`)
  }
})
