import { resolve } from 'node:path'
import { serve as serveFileSystem, type FileServer } from '../../index.js'
import { listenSocket } from '../../transport/socket/index.js'
import { command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { CommandError, UsageError } from '../failure.js'
import { openLog } from '../mount/log.js'
import { parseSource } from '../mount/source.js'
import { TraceLog } from '../mount/trace-log.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export const serve = command({
  name: 'serve',
  summary: 'serve a directory, or memory, on a socket, without mounting it',
  operands: ['SOURCE'],
  options: {
    socket: { value: 'PATH', help: ['where clients connect; needed. The file is made, and removed at the end'] },
    seqpacket: { help: ['a socket that keeps messages apart (Linux). Default: a stream'] },
    mode: { value: 'MODE', help: ['permissions of the socket: who may write to it does as root. Default: 600'] },
    'read-only': { help: ['nothing can be changed'] },
    trace: { value: 'FILE', valueOptional: true, help: ['show each message in a line, on standard error or in FILE'] },
    log: { value: 'FILE', help: ['where to tell of faults. Default: standard error'] },
  },
  notes: [
    "SOURCE is a directory, or 'memory:', as for fusewire mount.",
    'SIGINT (Ctrl-C), SIGTERM and SIGHUP end it in order; a second one at once.',
  ],
  async run({ operands: [source], options }) {
    const { socket, seqpacket, log } = options
    if (socket === undefined) throw new UsageError('--socket PATH is needed: where clients connect')
    const mode = modeOf(options.mode)
    const what = parseSource(source!)
    const { fs } = what.open(undefined, 1)
    if (fs instanceof URL) throw new CommandError(`${what.name} cannot be served`)
    const say = openLog(log)
    const trace = options.trace === undefined ? undefined : new TraceLog(options.trace)
    const path = resolve(socket)
    const listener = await listenSocket(path, { kind: seqpacket === true ? 'seqpacket' : 'stream', mode })
    const server = serveFileSystem(fs, listener, {
      readOnly: options['read-only'] === true,
      onError: (error, request) => say(`${request}: ${problemOf(error, request)}`),
      onStall: ({ message }) => say(message),
      ...(trace !== undefined && { onMessage: trace.write }),
    })
    const ended = endOf(server)
    process.stdout.write(`${what.name} is served at ${path}; Ctrl-C ends it\n`)
    try {
      return await ended
    } finally {
      await trace?.close()
    }
  },
})

/** Resolves with the exit code: when the server has ended, or at a second signal. */
function endOf(server: FileServer): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0
    const stop = () => {
      count += 1
      if (count === 1) void server.close()
      else resolve(EXIT.FORCED)
    }
    for (const signal of SIGNALS) process.on(signal, stop)
    server.closed.then(() => resolve(EXIT.OK), reject)
  })
}

function modeOf(text: string | undefined): number {
  if (text === undefined) return 0o600
  if (/^[0-7]{3,4}$/.test(text)) return Number.parseInt(text, 8)
  throw new UsageError(`--mode ${text} is not like 600 or 0660`)
}

/** What a client is to blame for is told in a line; a fault of the filesystem in full. */
function problemOf(error: unknown, request: string): string {
  if (!(error instanceof Error)) return String(error)
  return request === 'connection' ? error.message : (error.stack ?? error.message)
}
