import { FuseWireError } from '../base/errors.js'
import type { NodeId } from '../base/ids.js'
import type { Notifier } from '../notify/notifier.js'
import type { MountInfo } from './messages.js'
import type { MountStatus } from './status.js'

/** What a control socket needs of the mount that it is of. */
export interface ControlTarget {
  /** @throws UnsupportedError where there is none */
  readonly notify: ControlNotifier
  readonly info: () => MountInfo
  readonly status: () => MountStatus
}

/** The notifications that can be sent from outside. */
export type ControlNotifier = Pick<
  Notifier,
  'poll' | 'invalInode' | 'invalEntry' | 'store' | 'retrieve' | 'delete' | 'resend' | 'incEpoch' | 'prune'
>

type Fields = Readonly<Record<string, unknown>>
type Call = (target: ControlTarget, fields: Fields) => unknown

/** Every call, by its name. What they return goes back as it is, but for bytes. */
export const CALLS: Readonly<Record<string, Call>> = {
  info: ({ info }) => info(),
  status: ({ status }) => status(),
  poll: ({ notify }, fields) => notify.poll(number(fields, 'handle')),
  invalInode: ({ notify }, fields) => {
    if (fields['attributesOnly'] === true) return notify.invalInode(node(fields, 'node'), { attributesOnly: true })
    const { offset = 0, length = null } = fields
    return notify.invalInode(node(fields, 'node'), {
      offset: number({ offset }, 'offset'),
      length: length === null ? Infinity : number({ length }, 'length'),
    })
  },
  invalEntry: ({ notify }, fields) =>
    notify.invalEntry(node(fields, 'parent'), text(fields, 'name'), { expireOnly: fields['expireOnly'] === true }),
  store: ({ notify }, fields) =>
    notify.store(node(fields, 'node'), number(fields, 'offset'), Buffer.from(text(fields, 'data'), 'base64')),
  retrieve: async ({ notify }, fields) => {
    const { timeoutMs } = fields
    const options = timeoutMs === undefined ? {} : { timeoutMs: number(fields, 'timeoutMs') }
    const bytes = await notify.retrieve(
      node(fields, 'node'),
      number(fields, 'offset'),
      number(fields, 'length'),
      options,
    )
    return { data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') }
  },
  delete: ({ notify }, fields) => notify.delete(node(fields, 'parent'), node(fields, 'child'), text(fields, 'name')),
  resend: ({ notify }) => notify.resend(),
  incEpoch: ({ notify }) => notify.incEpoch(),
  prune: ({ notify }, fields) => {
    const { nodes } = fields
    if (!Array.isArray(nodes)) throw wrong('nodes', 'a list of node numbers')
    return notify.prune(nodes.map((each: unknown) => node({ nodes: each }, 'nodes')))
  },
}

/** The notifier refuses what makes no sense; here it is only seen that it is a number at all. */
function number(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw wrong(name, 'a whole number')
}

function node(fields: Fields, name: string): NodeId {
  return number(fields, name) as NodeId
}

function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw wrong(name, 'a text')
}

function wrong(name: string, what: string): FuseWireError {
  return new FuseWireError('ERR_CONTROL', `${name} must be ${what}`)
}
