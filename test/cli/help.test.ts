import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { COMMANDS } from '#src/cli/commands.js'
import { fusewire } from '../helpers/command.js'

const manifest = new URL('../../../package.json', import.meta.url)

test('--version says that of the package', async () => {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  assert.deepEqual(await fusewire(['--version']), { status: 0, stdout: `fusewire ${version}\n`, stderr: '' })
})

test('--help lists every command with what it does', async () => {
  const { status, stdout } = await fusewire(['--help'])
  assert.equal(status, 0)
  for (const { name, summary } of COMMANDS) assert.match(stdout, new RegExp(`^  ${name} +${summary}$`, 'm'))
})

test('--help of each command lists every option of it', async () => {
  for (const { name, operands, options } of COMMANDS) {
    const { status, stdout } = await fusewire([name, '--help'])
    assert.equal(status, 0)
    assert.ok(stdout.startsWith(`usage: ${['fusewire', name, ...operands].join(' ')} [OPTION …]\n`), stdout)
    for (const long of [...Object.keys(options), 'help']) {
      assert.match(stdout, new RegExp(`^  .*${long.length === 1 ? '' : '-'}-${long}\\b`, 'm'), `${name} ${long}`)
    }
  }
})

test('without a command it shows its usage, and fails', async () => {
  const { status, stdout, stderr } = await fusewire([])
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /^usage: fusewire COMMAND/)
})

const WRONG: readonly (readonly [args: readonly string[], line: RegExp])[] = [
  [
    ['mout'],
    /^fusewire: there is no command 'mout'; there are mount, umount, serve, client, probe, diagnose, abort, notify/,
  ],
  [['umount'], /^fusewire: MOUNTPOINT expected, not nothing \('fusewire umount --help'\)$/],
  [['umount', '/a', '/b'], /^fusewire: MOUNTPOINT expected, not '\/a \/b'/],
  [['probe', 'x'], /^fusewire: no operand expected, not 'x'/],
  [['probe', '--jsn'], /^fusewire: there is no option --jsn \('fusewire probe --help'\)$/],
  [['probe', '-j'], /^fusewire: there is no option -j /],
  [['probe', '--json=yes'], /^fusewire: --json takes no value/],
  [['mount', '/', '/mnt', '--fsname'], /^fusewire: --fsname needs a value: --fsname NAME/],
  [['diagnose', '/a', '/b'], /^fusewire: \[MOUNTPOINT\|CONNECTION\] expected, not '\/a \/b'/],
  [['notify', '/mnt'], /^fusewire: MOUNTPOINT\|CONNECTION and CODE and \[ARGUMENT …\] expected, not '\/mnt'/],
  [['notify', '/mnt', 'inval'], /^fusewire: there is no CODE 'inval'; there are inval-inode, inval-entry, store/],
  [['notify', '/mnt', 'store', '1'], /^fusewire: store takes NODE OFFSET, and data on standard input/],
  [['notify', '/mnt', 'prune', 'x'], /^fusewire: NODE must be a whole number, not 'x'/],
  [['notify', '/mnt', 'poll', '1', '--expire-only'], /^fusewire: --expire-only is for inval-entry/],
  [['umount', '/mnt', '--lazy', '--force'], /^fusewire: --lazy and --force exclude each other/],
]

test('a command line that makes no sense is told of in one line, with exit code 2', async () => {
  for (const [args, line] of WRONG) {
    const { status, stdout, stderr } = await fusewire(args)
    assert.deepEqual([status, stdout], [2, ''], args.join(' '))
    assert.match(stderr.replace(/\n$/, ''), line)
    assert.equal(stderr.split('\n').length, 2, stderr)
  }
})

test('everything behind -- is an operand', async () => {
  const { status, stderr } = await fusewire(['umount', '--', '--lazy'])
  assert.equal(status, 4)
  assert.match(stderr, /\/--lazy: there is no such directory/)
})
