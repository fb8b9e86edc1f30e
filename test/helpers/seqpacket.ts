import { spawnSync } from 'node:child_process'
import { Fd } from '#src/sys/fd.js'
import { write } from '#src/sys/io.js'
import { libc, SCRATCH } from '#src/sys/libc.js'
import { connectTo, seqpacketSocket } from '#src/sys/socket.js'

/** Connects to a seqpacket socket and sends one message as it is. The socket is the caller's to close. */
export async function sendRaw(path: string, message: Uint8Array): Promise<Fd> {
  const socket = seqpacketSocket()
  connectTo(socket, path)
  write(socket.number, message)
  return socket
}

/** Leaves a socket file behind, as a server does that was killed. */
export async function unheededPeer(path: string): Promise<void> {
  const program = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['--eval', program, path], { timeout: 20_000 })
}

/** Two connected seqpacket sockets that never block. */
export function seqpacketPair(): [Fd, Fd] {
  const [AF_UNIX, SOCK_SEQPACKET, SOCK_NONBLOCK, SOCK_CLOEXEC] = [1, 5, 0o4000, 0o2000000]
  const { scratch } = libc()
  const result = libc().socketpair(
    AF_UNIX,
    SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
    0,
    scratch.address + SCRATCH.DATA,
  )
  if (result !== 0) throw new Error('there is no pair of sockets')
  const [a, b] = [0, 4].map((at) => new Fd(scratch.view.getInt32(SCRATCH.DATA + at, true), 'a socket'))
  return [a!, b!]
}
