/** The contract on what has Node's fs API, through real mounts that processes of their own serve. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, before, test } from 'node:test'
import { cannotMount } from '../../helpers/needs.js'
import { serve } from '../../helpers/served.js'
import { runContract, type Target } from './contract.js'
import type { Lacks } from './traits.js'

const NO_CALL = 'Node has no call for it'
const lacks: Lacks = {
  collapseRange: NO_CALL,
  deviceNodes: NO_CALL,
  exchange: NO_CALL,
  fallocate: NO_CALL,
  insertRange: NO_CALL,
  nanoseconds: 'Node sets times as seconds in a floating-point number, with a precision of some 200 ns',
  noReplace: NO_CALL,
  punchHole: NO_CALL,
  seekHole: NO_CALL,
  sockets: NO_CALL,
  specialFiles: NO_CALL,
  tmpfile: NO_CALL,
  trustedXattr: NO_CALL,
  whiteout: NO_CALL,
  xattr: NO_CALL,
  zeroRange: NO_CALL,
}

const nodeExcept = {
  'mkdir-rmdir: deeper than a path can name': 'every object is reached by its path, and a path has 4095 bytes at most',
  'names: every call takes bytes that are not UTF-8': 'sets a time of 2 ns, which Node makes 0',
  'permissions: times are set to now by who may write, to others by the owner alone':
    'sets a time of 6 ns, which Node makes 0',
  'times: a new file has one time for all three': 'it is given to who made it, which moves ctime',
}

const REPLACED = 'memfs counts the names in a directory wrong once a rename has replaced one, and keeps it for ever'
const memfsExcept = {
  'rename: a file replaces a file': REPLACED,
  'rename: a replaced file that is open keeps its data': REPLACED,
  'rename: a replaced file loses a link': REPLACED,
  'rename: a directory replaces an empty directory': REPLACED,
  'rename: a directory over one that is not empty is ENOTEMPTY': 'memfs replaces it with all that is in it',
  'rename: a symbolic link moves, not what it leads to': REPLACED,
  'rename: a file replaces a symbolic link itself': REPLACED,
  'rename: a directory replaced takes its link along': REPLACED,
  'rename: another process sees either the old or the new file, never none': REPLACED,
  'attributes: chown of a directory keeps set-id bits': 'memfs lets nobody but the owner into it then',
  'read-write: offsets above 4 GiB': 'memfs keeps a file in one Buffer, holes and all',
  'truncate: to a size above 4 GiB': 'memfs keeps a file in one Buffer, holes and all',
  'symlink: chmod through a link changes the file': 'memfs makes links with mode 0666',
  'symlink: a replaced link leads elsewhere at once': REPLACED,
  'text-busy: a running program can be replaced by a rename': REPLACED,
  'symlink: the size is the length of the target': 'memfs says 0',
  'symlink: the mode is 0777 and the type a link': 'memfs makes links with mode 0666',
  'times: file: chmod moves ctime': 'memfs moves mtime too',
  'times: file: chown to the same ids moves ctime': 'memfs moves mtime too',
  'times: dir: chmod moves ctime': 'memfs moves mtime too',
  'times: file: rename moves ctime': 'memfs moves no time',
  'times: link: rename moves ctime': 'memfs moves no time',
}

const skip = cannotMount()

if (skip === false) {
  const directory = mkdtempSync(`${tmpdir()}/fusewire-node-`)
  chmodSync(directory, 0o1777)
  const ends: (() => void)[] = []
  const roots = new Map<string, string>()
  before(async () => {
    for (const [name, args] of [
      ['node:fs', ['node', JSON.stringify({ root: directory })]],
      ['memfs', ['memfs']],
    ] as const) {
      const { path } = await serve({ after: (fn: () => void) => void ends.push(fn) }, 'node', ...args)
      roots.set(name, path)
    }
  })
  after(() => {
    for (const end of ends) end()
    rmSync(directory, { recursive: true })
  })
  const target = (name: string, rest: Omit<Target, 'name' | 'root'>): Target => ({
    name,
    root: () => roots.get(name)!,
    ...rest,
  })
  for (const as of ['root', 'user'] as const) runContract(target('node:fs', { as, lacks, except: nodeExcept }))
  runContract(
    target('memfs', {
      as: 'root',
      lacks: {
        ...lacks,
        byteNames: 'memfs keeps names as text',
        largeFiles: 'memfs keeps a file in one Buffer, holes and all',
        permissions: 'memfs checks them itself, for its own process, and knows no superuser',
        setIdCleared: 'memfs leaves them',
        sparse: 'memfs says one block for every file',
      },
      except: memfsExcept,
    }),
  )
} else {
  void test('filesystem contract on what has Node’s fs API', { skip }, () => {})
}
