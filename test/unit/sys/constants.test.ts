import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import * as constants from '#src/sys/constants.js'
import { SYS } from '#src/sys/syscalls.js'
import { privateDirectory } from '../../helpers/directory.js'

/** Prefixes of the C names, where they are not the object's own name and an underscore. */
const PREFIX: Record<string, string> = { S: 'S_', FALLOC: 'FALLOC_FL_', FUSE_DEV_IOC: 'FUSE_DEV_IOC_' }
const WITHOUT_PREFIX = new Set(['FD_CLOEXEC', 'UMOUNT_NOFOLLOW'])

const HEADERS = [
  'fcntl.h',
  'linux/falloc.h',
  'linux/fs.h',
  'linux/openat2.h',
  'linux/xattr.h',
  'linux/fuse.h',
  'sys/eventfd.h',
  'sys/file.h',
  'sys/inotify.h',
  'sys/mman.h',
  'sys/mount.h',
  'sys/poll.h',
  'sys/prctl.h',
  'sys/stat.h',
  'sys/syscall.h',
  'dirent.h',
]

test('every number is that of the C headers, where there is a compiler to ask', (t) => {
  const numbers = new Map<string, number>()
  for (const [group, object] of Object.entries(constants)) {
    for (const [name, value] of Object.entries(object)) {
      numbers.set(WITHOUT_PREFIX.has(name) ? name : `${PREFIX[group] ?? `${group}_`}${name}`, value)
    }
  }
  for (const [name, value] of Object.entries(SYS)) numbers.set(`SYS_${name}`, value)
  const directory = privateDirectory(t)
  const lines = [...numbers.keys()].map(
    (name) => `#ifdef ${name}\n printf("${name} %llu\\n", (unsigned long long)(unsigned)(${name}));\n#endif`,
  )
  // Without _LARGEFILE64_SOURCE the C library says 0 for O_LARGEFILE, which is the kernel's affair.
  const source = `#define _GNU_SOURCE\n#include <stdio.h>\n${HEADERS.map((header) => `#if __has_include(<${header}>)\n#include <${header}>\n#endif`).join('\n')}\nint main(void) {\n${lines.join('\n')}\n}`
  const compiler = spawnSync('cc', ['-x', 'c', '-o', `${directory}/numbers`, '-'], { input: source, encoding: 'utf8' })
  if (compiler.status !== 0) return t.skip(`no C compiler: ${compiler.error?.message ?? compiler.stderr}`)
  const output = spawnSync(`${directory}/numbers`, { encoding: 'utf8' }).stdout.trim().split('\n')
  assert.ok(output.length > 80, `only ${output.length} names are known to the headers`)
  for (const line of output) {
    const [name, value] = line.split(' ') as [string, string]
    if (name === 'O_LARGEFILE') continue
    assert.equal(numbers.get(name)! >>> 0, Number(value), name)
  }
})
