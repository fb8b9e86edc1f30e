import { lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { FuseWireError } from '../../base/errors.js'

/**
 * Makes sure that a socket can be made at `path`: nothing is there, or it is removed, being the socket of a server that has
 * died.
 *
 * @throws FuseWireError ERR_SOCKET_IN_USE if somebody listens there, or something else has that name
 */
export async function claimPath(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) return
  if (!there.isSocket()) throw inUse(`${path} is there already and is no socket; take another path`)
  if (await isListenedOn(path)) {
    throw inUse(`${path}: somebody listens there already; end that server, or take another path`)
  }
  unlinkSync(path)
}

/** Nobody answers for a socket whose server is gone. Of which kind it is makes no difference. */
function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'))
  })
}

function inUse(message: string): FuseWireError {
  return new FuseWireError('ERR_SOCKET_IN_USE', message)
}
