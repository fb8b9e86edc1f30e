import { createClient, type Client } from '../../client/index.js'
import { UnsupportedError } from '../../index.js'
import { connectSocket, type SocketKind } from '../../transport/socket/index.js'
import { OutputClosed } from '../client/output.js'
import { TOOL_OPTIONS, type Tool, type ToolOption } from '../client/tool.js'
import { TOOLS } from '../client/tools.js'
import { command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { CommandError, UsageError } from '../failure.js'
import { checkOperands } from '../operands.js'

const OPTIONS = {
  seqpacket: { help: ['the socket is of the kind seqpacket, as with fusewire serve --seqpacket'] },
  ...TOOL_OPTIONS,
} as const

export const client = command({
  name: 'client',
  summary: 'use a filesystem that is served on a socket, without mounting it',
  operands: ['SOCKET', 'TOOL', '[ARGUMENT …]'],
  options: OPTIONS,
  notes: [
    'TOOL is one of:',
    '',
    ...TOOLS.map(({ name, operands, summary }) => `  ${[name, ...operands].join(' ').padEnd(22)}  ${summary}`),
    '',
    'Paths start at the root of what is served. Behind -- every word is an argument.',
  ],
  async run({ operands: [socket, name, ...rest], options }) {
    const tool = TOOLS.find((tool) => tool.name === name)
    if (tool === undefined) {
      throw new UsageError(`there is no tool '${name}'; there are ${TOOLS.map((tool) => tool.name).join(', ')}`)
    }
    checkOptions(tool, Object.keys(options))
    checkOperands(tool.operands, rest)
    const { seqpacket, ...given } = options
    const made = await connect(socket!, seqpacket === true ? 'seqpacket' : 'stream')
    try {
      await tool.run(made.fs, rest, given)
    } catch (error) {
      if (error instanceof OutputClosed) return EXIT.FAILED
      throw error
    } finally {
      await made.close()
    }
    return EXIT.OK
  },
})

function checkOptions({ name, options }: Tool, given: readonly string[]): void {
  for (const option of given) {
    if (option === 'seqpacket' || options.includes(option as ToolOption)) continue
    throw new UsageError(`${name} has no option --${option}`)
  }
}

async function connect(path: string, kind: SocketKind): Promise<Client> {
  let made: Client
  try {
    const { getuid, getgid, getgroups } = process
    const who = { uid: getuid?.() ?? 0, gid: getgid?.() ?? 0, groups: getgroups?.() ?? [], umask: process.umask() }
    made = createClient(await connectSocket(path, { kind }), { ...who, pid: process.pid })
  } catch (error) {
    if (error instanceof UnsupportedError) throw error
    throw new CommandError(`${path}: ${whyNot(error, kind)}`, EXIT.PATH, { cause: error })
  }
  try {
    await made.ready
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new CommandError(`${path}: nobody there who speaks the protocol: ${problem}`, EXIT.PATH, { cause: error })
  }
  return made
}

function whyNot(error: unknown, kind: SocketKind): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
      return 'there is no such socket'
    case 'ECONNREFUSED':
      return 'nobody listens there any more; start fusewire serve again'
    case 'EACCES':
      return 'permission denied'
    case 'ENOTSOCK':
      return 'is no socket'
    case 'EPROTOTYPE':
      return kind === 'stream' ? 'is a seqpacket socket: say --seqpacket' : 'is a stream socket: leave out --seqpacket'
    default:
      return message
  }
}
