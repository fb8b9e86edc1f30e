import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import { FileSystem } from '#src/server/filesystem.js'
import type { ReaddirplusRequest } from '#src/server/requests/dir.js'
import type { ReleaseRequest } from '#src/server/requests/file.js'
import type { ForgetRequest } from '#src/server/requests/name.js'
import type { Entry } from '#src/server/results.js'
import { FakeSession, settled } from '../../helpers/fake-session.js'

/* What a handler gave and the kernel never got: lookups are forgotten and handles released, each exactly once. */

const FILE = 0o100644
const [EINVAL, ENOENT, ENODEV] = [22, 2, 19]
const createIn = { flags: 0o102, mode: FILE, umask: 0, open_flags: 0 }
const openIn = { flags: 1, open_flags: 0 }
const readIn = { fh: 1, offset: 0, size: 4096, read_flags: 0, lock_owner: 0, flags: 0 }

/** Counts what it gave and what came back. The sizes of its attributes are wrong if it is `faulty`. */
class Counting extends FileSystem {
  readonly log: string[] = []
  private readonly faulty: boolean
  private readonly later: boolean

  constructor({ faulty = false, later = false } = {}) {
    super()
    this.faulty = faulty
    this.later = later
  }

  private give<T>(value: T): Promise<T> | T {
    return this.later ? Promise.resolve(value) : value
  }

  private entry(mode: number): Entry {
    return { node: 77 as NodeId, attr: { mode, size: this.faulty ? -1 : 1 } }
  }

  override lookup = () => this.give(this.entry(FILE))
  override mknod = () => this.give(this.entry(FILE))
  override mkdir = () => this.give(this.entry(0o40755))
  override symlink = () => this.give(this.entry(0o120777))
  override link = () => this.give(this.entry(FILE))
  override create = () => this.give({ entry: this.entry(FILE), open: { fh: 12 } })
  override tmpfile = () => this.give({ entry: this.entry(FILE), open: { fh: 12 } })
  override open = () => this.give({ fh: this.faulty ? 1e300 : 12 })
  override opendir = () => this.give({ fh: this.faulty ? 1e300 : 12 })
  override readdirplus = (req: ReaddirplusRequest) => {
    for (const [index, node] of ([71, 72] as NodeId[]).entries()) {
      req.add(`f${index}`, { node, attr: { mode: FILE } }, index + 1)
    }
    // Too long for the rest of the reply: it is not added, and so does not count.
    const size = 4096 - 2 * 160
    for (let i = 0; i < 2; i += 1) req.add('x'.repeat(size / 2), { node: 73 as NodeId, attr: { mode: FILE } }, 9)
    if (this.faulty) throw new TypeError('a fault after some entries')
    return this.give(undefined)
  }

  override forget = ({ node, nlookup }: ForgetRequest) => void this.log.push(`forget ${node} ${nlookup}`)
  override release = ({ fh, node, flags }: ReleaseRequest) => void this.log.push(`release ${node} ${fh} ${flags}`)
  override releasedir = ({ fh }: ReleaseRequest) => void this.log.push(`releasedir ${fh}`)
}

const REQUESTS: Readonly<Partial<Record<OpcodeName, readonly [object, readonly string[]]>>> = {
  LOOKUP: [{ name: 'a' }, ['forget 77 1']],
  MKNOD: [{ fuse_mknod_in: { mode: FILE, rdev: 0, umask: 0 }, name: 'a' }, ['forget 77 1']],
  MKDIR: [{ fuse_mkdir_in: { mode: 0o755, umask: 0 }, name: 'a' }, ['forget 77 1']],
  SYMLINK: [{ name: 'a', target: 'b' }, ['forget 77 1']],
  LINK: [{ fuse_link_in: { oldnodeid: 9 }, newname: 'a' }, ['forget 77 1']],
  CREATE: [{ fuse_create_in: createIn, name: 'a' }, ['release 77 12 66', 'forget 77 1']],
  TMPFILE: [{ fuse_create_in: createIn, name: '/' }, ['release 77 12 66', 'forget 77 1']],
  OPEN: [{ fuse_open_in: openIn }, ['release 5 12 1']],
  OPENDIR: [{ fuse_open_in: openIn }, ['releasedir 12']],
  READDIRPLUS: [{ fuse_read_in: readIn }, ['forget 71 1', 'forget 72 1', 'forget 73 1']],
}
const ENTRIES = Object.entries(REQUESTS) as [OpcodeName, readonly [object, readonly string[]]][]

for (const later of [false, true]) {
  for (const [op, [request, log]] of ENTRIES) {
    const title = `${op}, answered ${later ? 'later' : 'at once'}`

    test(`${title}: a reply that was taken takes nothing back`, async () => {
      const fs = new Counting({ later })
      const fake = new FakeSession(fs)
      fake.init()
      fake.deliver({ op, ...request })
      await settled()
      assert.deepEqual([fs.log, fake.errors, fake.out], [[], [], 0])
      fake.session.ended(undefined)
      assert.deepEqual(fs.log, [])
    })

    for (const errno of [ENOENT, ENODEV, EINVAL]) {
      test(`${title}: a reply that was not taken (errno ${errno})`, async () => {
        const fs = new Counting({ later })
        const fake = new FakeSession(fs)
        fake.init()
        fake.outcomes.push(-errno)
        fake.deliver({ op, ...request })
        await settled()
        assert.deepEqual([fs.log, fake.out], [log, 0])
        // That a reply is malformed is an error of ours; that nobody waits for it is none.
        assert.deepEqual(
          fake.errors.map(({ request }) => request),
          errno === EINVAL ? [op] : [],
        )
      })
    }

    test(`${title}: an answer that cannot be encoded is EIO`, async () => {
      const fs = new Counting({ later, faulty: true })
      const fake = new FakeSession(fs)
      fake.init()
      fake.deliver({ op, ...request })
      await settled()
      const faulty = op.startsWith('OPEN') ? log.map((line) => line.replace('12', '1e+300')) : log
      assert.deepEqual([fake.lastErrno(), fs.log, fake.out], [5, faulty, 0])
      assert.deepEqual(
        fake.errors.map(({ request }) => request),
        [op],
      )
    })
  }
}

for (const [op, [request, log]] of ENTRIES) {
  test(`${op}, answered when the session is over: nothing is sent`, async () => {
    const fs = new Counting({ later: true })
    const fake = new FakeSession(fs)
    fake.init()
    fake.deliver({ op, ...request })
    fake.session.ended(undefined)
    await settled()
    assert.deepEqual([fake.sent.length, fs.log, fake.errors, fake.out], [1, log, [], 0])
  })
}

test('a lookup that found nothing is no lookup', async () => {
  const fs = new Counting()
  const fake = new FakeSession(Object.assign(fs, { lookup: () => ({ node: 0 }) }))
  fake.init()
  fake.outcomes.push(-ENOENT)
  fake.deliver({ op: 'LOOKUP', name: 'a' })
  assert.deepEqual(fs.log, [])
})

test('faults of forget and release themselves are reported, and stop nothing', async () => {
  const fs = Object.assign(new Counting(), {
    forget: () => {
      throw new TypeError('forget')
    },
    release: async () => Promise.reject(new TypeError('release')),
  })
  const fake = new FakeSession(fs)
  fake.init()
  fake.outcomes.push(-ENOENT)
  fake.deliver({ op: 'CREATE', fuse_create_in: createIn, name: 'a' })
  await settled()
  assert.deepEqual(
    fake.errors.map(({ request }) => request),
    ['FORGET', 'RELEASE'],
  )
})
