import { buffer } from 'node:stream/consumers'
import { ControlClient, ownerOf, type NotifyResult } from '../../diagnostics/index.js'
import { command } from '../command.js'
import { connectionOf } from '../connection.js'
import { EXIT } from '../exit-codes.js'
import { UsageError } from '../failure.js'

export const notify = command({
  name: 'notify',
  summary: 'send a notification through a running mount of fusewire',
  operands: ['MOUNTPOINT|CONNECTION', 'CODE', '[ARGUMENT …]'],
  options: {
    'expire-only': { help: ['inval-entry: keep what is known of the object, if it turns out to be the same'] },
    'attributes-only': { help: ['inval-inode: content stays'] },
  },
  notes: [
    'CODE and its arguments are one of (nodes are numbers; the root is 1):',
    ...['inval-inode NODE [OFFSET [LENGTH]]', 'inval-entry PARENT NAME', 'store NODE OFFSET < DATA'].map(indent),
    ...['retrieve NODE OFFSET LENGTH > DATA', 'delete PARENT CHILD NAME', 'prune NODE …', 'poll HANDLE'].map(indent),
    ...['resend', 'inc-epoch'].map(indent),
    'It prints what came of it: applied, not-cached, merged or escalated. It waits as long as the kernel does.',
    'Only the user who mounted may, and root; the mount must have a control socket.',
  ],
  async run({ operands: [target, code, ...args], options }) {
    const row = Object.hasOwn(CODES, code!) ? CODES[code!] : undefined
    if (row === undefined)
      throw new UsageError(`there is no CODE '${code}'; there are ${Object.keys(CODES).join(', ')}`)
    if (options['expire-only'] === true && code !== 'inval-entry')
      throw new UsageError('--expire-only is for inval-entry')
    if (options['attributes-only'] === true && (code !== 'inval-inode' || args.length > 1)) {
      throw new UsageError('--attributes-only is for inval-inode NODE')
    }
    if (args.length < row.least || args.length > row.most) throw new UsageError(`${code} takes ${row.takes}`)
    const send = row.prepare(args, {
      expireOnly: options['expire-only'] === true,
      attributesOnly: options['attributes-only'] === true,
    })
    const connection = connectionOf(target!)
    using client = await ControlClient.connect(connection, ownerOf(connection))
    const result = await send(client)
    if (result instanceof Uint8Array) await write(result)
    else process.stdout.write(`${result.outcome}\n`)
    return EXIT.OK
  },
})

interface Flags {
  readonly expireOnly: boolean
  readonly attributesOnly: boolean
}
type Send = (client: ControlClient) => Promise<NotifyResult | Uint8Array>

interface Code {
  readonly least: number
  readonly most: number
  /** In words. */
  readonly takes: string
  /** Reads the arguments, before anything is tried. */
  prepare(this: void, args: readonly string[], flags: Flags): Send
}

const CODES: Readonly<Record<string, Code>> = {
  'inval-inode': {
    least: 1,
    most: 3,
    takes: 'NODE [OFFSET [LENGTH]]',
    prepare([node, offset = '0', length], { attributesOnly }) {
      const range = {
        offset: number('OFFSET', offset),
        length: length === undefined ? Infinity : number('LENGTH', length),
      }
      const of = number('NODE', node)
      return (client) => client.invalInode(of, attributesOnly ? { attributesOnly } : range)
    },
  },
  'inval-entry': {
    least: 2,
    most: 2,
    takes: 'PARENT NAME',
    prepare([parent, name], { expireOnly }) {
      const of = number('PARENT', parent)
      return (client) => client.invalEntry(of, name!, { expireOnly })
    },
  },
  store: {
    least: 2,
    most: 2,
    takes: 'NODE OFFSET, and data on standard input',
    prepare([node, offset]) {
      const [of, at] = [number('NODE', node), number('OFFSET', offset)]
      return async (client) => client.store(of, at, await buffer(process.stdin))
    },
  },
  retrieve: {
    least: 3,
    most: 3,
    takes: 'NODE OFFSET LENGTH',
    prepare([node, offset, length]) {
      const [of, at, bytes] = [number('NODE', node), number('OFFSET', offset), number('LENGTH', length)]
      return (client) => client.retrieve(of, at, bytes)
    },
  },
  delete: {
    least: 3,
    most: 3,
    takes: 'PARENT CHILD NAME',
    prepare([parent, child, name]) {
      const [of, was] = [number('PARENT', parent), number('CHILD', child)]
      return (client) => client.delete(of, was, name!)
    },
  },
  prune: {
    least: 1,
    most: Infinity,
    takes: 'NODE …',
    prepare(args) {
      const nodes = args.map((node) => number('NODE', node))
      return (client) => client.prune(nodes)
    },
  },
  poll: {
    least: 1,
    most: 1,
    takes: 'HANDLE',
    prepare([handle]) {
      const of = number('HANDLE', handle)
      return (client) => client.poll(of)
    },
  },
  resend: { least: 0, most: 0, takes: 'no argument', prepare: () => (client) => client.resend() },
  'inc-epoch': { least: 0, most: 0, takes: 'no argument', prepare: () => (client) => client.incEpoch() },
}

function number(name: string, text: string | undefined): number {
  const value = Number(text)
  if (text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new UsageError(`${name} must be a whole number, not '${text}'`)
}

/** Waits until it is all written: the program ends right after. */
function write(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

function indent(line: string): string {
  return `  ${line}`
}
