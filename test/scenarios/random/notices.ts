import type { NodeId, Unique } from '#src/base/ids.js'
import type { NotificationInput } from '#src/protocol/message.js'
import type { Random } from '../../helpers/random.js'
import type { Scripted } from '../../helpers/scripted.js'
import type { Step } from '../language.js'
import { text } from '../scenarios/steps.js'
import { draw, oneIn } from './draw.js'
import { placeOf, type Names } from './names.js'
import { length, offset } from './operations.js'

/** A node that no server has. */
const NOBODY = 4711

function step(label: string, notify: (server: Scripted) => NotificationInput): Step {
  return { notify, label }
}

function idOf(server: Scripted, path: string): NodeId {
  return (server.find(path)?.id ?? NOBODY) as NodeId
}

/** Any notification, about anything. */
export function anyNotice(names: Names): Step {
  const { random } = names
  return draw(random, [
    [8, () => invalInode(random, names.any())],
    [8, () => entry(names, names.own(), random.pick([0, 0, 1]))],
    [4, () => gone(random, names.own())],
    [6, () => store(random, oneIn(random, 8) ? names.any() : names.file())],
    [4, () => retrieve(random, names.file())],
    [4, () => prune(names)],
    [2, () => step('INC_EPOCH', () => ({ notification: 'INC_EPOCH' }))],
    [1, () => step('RESEND', () => ({ notification: 'RESEND' }))],
    [1, () => step('POLL', () => ({ notification: 'POLL', fuse_notify_poll_wakeup_out: { kh: random.below(4) } }))],
  ])
}

/** The notification that a change of `path` calls for. */
export function fittingNotice(names: Names, path: string): Step {
  const { random } = names
  return draw(random, [
    [4, () => invalInode(random, path)],
    [4, () => entry(names, path, random.pick([0, 0, 1]))],
    [2, () => store(random, path)],
    [1, () => gone(random, path)],
  ])
}

function invalInode(random: Random, path: string): Step {
  const [off, len] = random.pick([
    [0, 0],
    [0, 0],
    [-1, 0],
    [4096, 0],
    [0, 4096],
    [100, 10],
    [4095, 2],
    [8192, -1],
  ] as const)
  return step(`INVAL_INODE ${path} ${off} ${len}`, (server) => ({
    notification: 'INVAL_INODE',
    fuse_notify_inval_inode_out: { ino: idOf(server, path), off, len },
  }))
}

function entry(names: Names, path: string, flags: number): Step {
  const { random } = names
  const { parent, name } = oneIn(random, 10) ? { parent: names.directory(), name: 'none' } : placeOf(path)
  return step(`INVAL_ENTRY ${parent} ${name}${flags === 0 ? '' : ' EXPIRE_ONLY'}`, (server) => ({
    notification: 'INVAL_ENTRY',
    fuse_notify_inval_entry_out: { parent: idOf(server, parent), namelen: name.length, flags },
    name,
  }))
}

function gone(random: Random, path: string): Step {
  const { parent, name } = placeOf(path)
  // Most of the time the one that is or was there.
  const child = random.below(6) === 0 ? random.below(8) : undefined
  return step(`DELETE ${parent} ${name} ${child ?? ''}`, (server) => ({
    notification: 'DELETE',
    fuse_notify_delete_out: {
      parent: idOf(server, parent),
      child: (child ?? server.was(path)?.id ?? NOBODY) as NodeId,
      namelen: name.length,
    },
    name,
  }))
}

function store(random: Random, path: string): Step {
  const [at, size] = [offset(random), length(random)]
  const data = text(size, random.below(26))
  return step(`STORE ${path} ${at}+${size}`, (server) => ({
    notification: 'STORE',
    fuse_notify_store_out: { nodeid: idOf(server, path), offset: at, size },
    data: Buffer.from(data),
  }))
}

function retrieve(random: Random, path: string): Step {
  const [at, size] = [offset(random), random.pick([0, 100, 4096, 10_000, 100_000])]
  return step(`RETRIEVE ${path} ${at}+${size}`, (server) => ({
    notification: 'RETRIEVE',
    fuse_notify_retrieve_out: { notify_unique: (2 ** 40) as Unique, nodeid: idOf(server, path), offset: at, size },
  }))
}

function prune(names: Names): Step {
  const { random } = names
  const paths = Array.from({ length: 1 + random.below(3) }, () => names.any())
  return step(`PRUNE ${paths.join(' ')}`, (server) => ({
    notification: 'PRUNE',
    fuse_notify_prune_out: { count: paths.length },
    nodeid: paths.map((path) => idOf(server, path)),
  }))
}
