import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { FuseWireError } from '../base/errors.js'
import { CALLS, type ControlTarget } from './calls.js'
import { makeControlDirectory, socketName, socketsOf } from './directory.js'
import { encodeLine, LineReader, type AnswerMessage, type CallMessage } from './messages.js'

/** Whether a mount can be spoken to from outside. */
export interface ControlStatus {
  readonly state: 'on' | 'off'
  /** The socket, if there is one. */
  readonly path: string | undefined
  /** Why, in a few words. */
  readonly reason: string
}

/** The end of a control socket that answers. */
export interface Control {
  readonly status: ControlStatus
  /** Hangs up, and takes the socket away. */
  close(this: void): void
}

/**
 * Opens a socket on which the owner of this process, and root, may ask what a mount is doing and send notifications through
 * it (`fusewire diagnose`, `fusewire notify`). It keeps no process alive. Where there is no place for it the status says why.
 *
 * @param connection the number of the mount's connection, by which it is found
 */
export async function openControl(target: ControlTarget, connection: number | undefined): Promise<Control> {
  if (connection === undefined)
    return noControl('the kernel does not tell which connection this is (before Linux 6.16)')
  try {
    const directory = makeControlDirectory()
    // What is there is of mounts that had this number before, and whose servers were killed.
    for (const stale of socketsOf(directory, connection)) rmSync(stale, { force: true })
    const path = join(directory, socketName(connection))
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      serve(socket, target)
    })
    await listen(server, path)
    chmodSync(path, 0o600)
    server.unref()
    const close = () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
    return { status: { state: 'on', path, reason: 'as asked for' }, close }
  } catch (error) {
    return noControl(error instanceof Error ? error.message : String(error))
  }
}

/** There is no socket, for this reason. */
export function noControl(reason: string): Control {
  return { status: { state: 'off', path: undefined, reason }, close: () => undefined }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      // A connection that cannot be accepted is its client's affair.
      server.on('error', () => undefined)
      resolve()
    })
  })
}

function serve(socket: Socket, target: ControlTarget): void {
  socket.unref()
  socket.setEncoding('utf8')
  const say = (answer: AnswerMessage) => {
    if (!socket.destroyed) socket.write(encodeLine(answer))
  }
  const lines = new LineReader((line) => void answer(line, target).then(say))
  socket.on('data', (text: string) => {
    if (!lines.add(text)) socket.destroy()
  })
  socket.on('error', () => socket.destroy())
}

async function answer(line: string, target: ControlTarget): Promise<AnswerMessage> {
  let id = 0
  try {
    const message = JSON.parse(line) as CallMessage
    id = message.id
    const run = Object.hasOwn(CALLS, message.call) ? CALLS[message.call] : undefined
    if (run === undefined) throw new FuseWireError('ERR_CONTROL', `there is no call '${message.call}'`)
    return { id, result: await run(target, message) }
  } catch (error) {
    const code = error instanceof FuseWireError ? error.code : 'ERR_CONTROL'
    return { id, error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}
