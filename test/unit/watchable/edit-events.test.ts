import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import type { Edit } from '#src/changes/edit.js'
import { HeldNames } from '#src/changes/held-names.js'
import { Resolver } from '#src/changes/resolve.js'
import { RaceGuard } from '#src/notify/race-guard.js'
import type { Request } from '#src/protocol/message.js'
import { EditEvents } from '#src/watchable/edit-events.js'
import { RecentLocal } from '#src/watchable/recent-local.js'
import { FakeClock } from '../notify/harness.js'

/* What watchers are to hear of a change: the kernel has the root with `dir`, in it `file`, and `gone`, which it has given back. */

const node = (id: number) => id as NodeId
const [ROOT, DIR, FILE, GONE] = [node(1), node(2), node(3), node(4)]

function events() {
  const names = new HeldNames()
  names.gave(ROOT, 'dir', DIR)
  names.gave(DIR, 'file', FILE)
  names.gave(ROOT, 'gone', GONE)
  const resolver = new Resolver({ names, races: new RaceGuard(), nodeOf: undefined })
  const local = new RecentLocal(new FakeClock())
  const made = new EditEvents({
    nodesOf: (target) => resolver.nodes(target),
    placesOf: (place) => resolver.places(place),
    names,
    isKnown: (each) => each !== GONE,
    isDirectory: (each) => each === DIR || each === ROOT,
    local,
  })
  return { of: (edit: Edit) => made.of(edit), local }
}

const modified = (target: string, what = {}): Edit => ({ is: 'modified', target, what })
const created = (place: string): Edit => ({ is: 'created', place })
const removed = (place: string): Edit => ({ is: 'removed', place })
const renamed = (from: string, to: string): Edit => ({ is: 'renamed', from, to })
const at = (parent: NodeId, name: string) => ({ parent, name })

test('each change is one event, of what and where the kernel has it', () => {
  const { of } = events()
  assert.deepEqual(of(modified('dir/file')), [{ is: 'modify', of: FILE }])
  assert.deepEqual(of(modified('dir/file', { attributesOnly: true })), [{ is: 'attrib', of: FILE }])
  assert.deepEqual(of(modified('')), [{ is: 'modify', of: ROOT }])
  assert.deepEqual(of(created('dir/new')), [{ is: 'create', at: at(DIR, 'new') }])
  assert.deepEqual(of(removed('dir/file')), [{ is: 'delete', at: at(DIR, 'file'), isDirectory: false }])
  assert.deepEqual(of(removed('dir')), [{ is: 'delete', at: at(ROOT, 'dir'), isDirectory: true }])
  assert.deepEqual(of(renamed('dir/file', 'new')), [
    { is: 'move', at: at(DIR, 'file'), to: at(ROOT, 'new'), isDirectory: false },
  ])
})

test('what is in a directory that the kernel has can be watched, though nobody has looked at it', () => {
  const { of } = events()
  assert.deepEqual(of(modified('dir/other')), [{ is: 'modify', of: at(DIR, 'other') }])
  assert.deepEqual(of({ is: 'modified', target: GONE, what: {} }), [])
})

test('what the kernel does not have nobody watches', () => {
  const { of } = events()
  for (const edit of [
    modified('other/file'),
    modified('gone/file'),
    created('other/new'),
    created('gone/new'),
    removed('other/file'),
    renamed('other/a', 'gone/b'),
  ]) {
    assert.deepEqual(of(edit), [], JSON.stringify(edit))
  }
})

test('a rename from, or to, where the kernel has nothing is a name that comes, or goes', () => {
  const { of } = events()
  assert.deepEqual(of(renamed('other/a', 'dir/b')), [{ is: 'create', at: at(DIR, 'b') }])
  assert.deepEqual(of(renamed('dir', 'other/b')), [{ is: 'delete', at: at(ROOT, 'dir'), isDirectory: true }])
})

test('what was done through the mount just now is no news', () => {
  const { of, local } = events()
  const answered = (op: string, nodeid: NodeId, more: object) =>
    local.answered({ op, header: { nodeid }, ...more } as unknown as Request)
  answered('WRITE', FILE, {})
  answered('CREATE', DIR, { name: 'new' })
  answered('UNLINK', ROOT, { name: 'old' })
  answered('RENAME', DIR, { oldname: 'a', newname: 'b', fuse_rename_in: { newdir: ROOT } })
  for (const edit of [modified('dir/file'), created('dir/new'), removed('old'), renamed('dir/a', 'b')]) {
    assert.deepEqual(of(edit), [], JSON.stringify(edit))
  }
  assert.equal(of(removed('dir/file')).length, 1, 'another change of the same file')
})
