/** The contract on a memory filesystem, through a real mount that a process of its own serves. */
import { after, before, test } from 'node:test'
import { cannotMount } from '../../helpers/needs.js'
import { serve } from '../../helpers/served.js'
import { runContract } from './contract.js'

/** The kernel refuses them by itself (fuse_file_fallocate); what the filesystem does with them has unit tests. */
const lacks = { collapseRange: 'no mode of FALLOCATE', insertRange: 'no mode of FALLOCATE' }

const skip = cannotMount()
let root = ''
let end = (): void => {}

if (skip === false) {
  // A hook that is added by a hook would run at once.
  before(async () => {
    const { path } = await serve({ after: (fn) => (end = fn) }, 'memory', JSON.stringify({ mode: 0o1777 }))
    root = path
  })
  after(() => end())
  for (const as of ['root', 'user'] as const) runContract({ name: 'a memory filesystem', root: () => root, as, lacks })
} else {
  void test('filesystem contract on a memory filesystem', { skip }, () => {})
}
