import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeId } from '#src/base/ids.js'
import type { Request } from '#src/protocol/message.js'
import { RecentLocal } from '#src/watchable/recent-local.js'
import { FakeClock } from '../notify/harness.js'

/* What was changed through the mount is known for a second, for its echo not to be taken for news. */

const node = (id: number) => id as NodeId
const request = (op: string, nodeid: number, more: object = {}) =>
  ({ op, header: { nodeid: node(nodeid) }, ...more }) as unknown as Request

function locals() {
  const clock = new FakeClock()
  return { clock, local: new RecentLocal(clock) }
}

test('an object that is written, changed or linked', () => {
  const changing: readonly [Request, number][] = [
    [request('WRITE', 5), 5],
    [request('SETATTR', 5), 5],
    [request('FALLOCATE', 5), 5],
    [request('OPEN', 5, { fuse_open_in: { flags: 0o1001 } }), 5],
    [request('SETXATTR', 5), 5],
    [request('REMOVEXATTR', 5), 5],
    [request('COPY_FILE_RANGE', 9, { fuse_copy_file_range_in: { nodeid_out: 5 } }), 5],
    [request('LINK', 2, { newname: 'x', fuse_link_in: { oldnodeid: 5 } }), 5],
  ]
  for (const [each, changed] of changing) {
    const { local } = locals()
    local.answered(each)
    assert.ok(local.hasNode(node(changed)), each.op)
    assert.ok(!local.hasNode(node(6)))
  }
})

test('a name that is made, taken away or moved', () => {
  const ops = ['CREATE', 'MKNOD', 'MKDIR', 'SYMLINK', 'UNLINK', 'RMDIR']
  const one = ops.map((op) => [request(op, 2, { name: 'x' }), [[2, 'x']]] as const)
  const changing: readonly (readonly [Request, readonly (readonly [number, string])[]])[] = [
    ...(one as never),
    [request('LINK', 2, { newname: 'x', fuse_link_in: { oldnodeid: 5 } }), [[2, 'x']]],
    [request('RENAME', 2, { oldname: 'x', newname: 'y', fuse_rename_in: { newdir: 3 } }), [[2, 'x'], [3, 'y']]], // prettier-ignore
    [request('RENAME2', 2, { oldname: 'x', newname: 'y', fuse_rename2_in: { newdir: 3 } }), [[2, 'x'], [3, 'y']]], // prettier-ignore
  ]
  for (const [each, places] of changing) {
    const { local } = locals()
    local.answered(each)
    for (const [parent, name] of places) assert.ok(local.hasName({ parent: node(parent), name }), each.op)
    assert.ok(!local.hasName({ parent: node(3), name: 'x' }))
  }
})

test('an object that is made', () => {
  const { local } = locals()
  local.answered(request('MKDIR', 2, { name: 'x' }), node(9))
  assert.ok(local.hasNode(node(9)) && local.hasName({ parent: node(2), name: 'x' }))
  assert.ok(!local.hasNode(node(2)))
})

test('the number of an object that is forgotten may be another one’s', () => {
  const { local } = locals()
  local.answered(request('CREATE', 2, { name: 'x' }), node(9))
  local.forgot(node(9))
  assert.ok(!local.hasNode(node(9)))
  assert.ok(local.hasName({ parent: node(2), name: 'x' }))
})

test('looking is no change, and a second later all is forgotten', () => {
  const { clock, local } = locals()
  local.answered(request('OPEN', 5, { fuse_open_in: { flags: 2 } }))
  for (const op of ['LOOKUP', 'GETATTR', 'READ', 'READDIR']) local.answered(request(op, 5, { name: 'x' }))
  assert.ok(!local.hasNode(node(5)) && !local.hasName({ parent: node(5), name: 'x' }))
  local.answered(request('WRITE', 5))
  clock.advance(999)
  assert.ok(local.hasNode(node(5)))
  local.answered(request('WRITE', 5))
  clock.advance(999)
  assert.ok(local.hasNode(node(5)), 'the last change counts')
  clock.advance(1)
  assert.ok(!local.hasNode(node(5)))
})
