import { lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FuseWireError } from '../base/errors.js'

/** Where the sockets of the mounts of user `uid` may be, the likeliest first. */
export function controlDirectories(uid: number): string[] {
  const own = process.getuid?.() === uid ? process.env['XDG_RUNTIME_DIR'] : undefined
  const runtime = own === undefined || own === '' ? [] : [join(own, 'fusewire')]
  return [...new Set([...runtime, `/run/user/${uid}/fusewire`, `/run/fusewire-${uid}`])]
}

/**
 * The name of the socket of a mount: by the number of its connection, which no two mounts of a machine have at one time, and
 * by its server, so that one which is ending does not take away what the next with this number has made.
 */
export function socketName(connection: number): string {
  return `${connection}.${process.pid}.sock`
}

/** The sockets in `directory` of a connection with this number. Those of servers that were killed are among them. */
export function socketsOf(directory: string, connection: number): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${connection}.`) && name.endsWith('.sock'))
    .map((name) => join(directory, name))
}

/** A socket, and what its name says. */
export interface ControlSocket {
  readonly path: string
  readonly connection: number
  readonly pid: number
}

/** The sockets of all mounts of user `uid`, of root those of all users, as far as they may be seen. */
export function controlSockets(uid: number): ControlSocket[] {
  const directories = new Set(controlDirectories(uid))
  if (uid === 0) {
    for (const user of namesIn('/run/user')) directories.add(`/run/user/${user}/fusewire`)
    for (const name of namesIn('/run')) if (/^fusewire-\d+$/.test(name)) directories.add(`/run/${name}`)
  }
  return [...directories].flatMap((directory) =>
    namesIn(directory).flatMap((name) => {
      const [, connection, pid] = /^(\d+)\.(\d+)\.sock$/.exec(name) ?? []
      if (connection === undefined) return []
      return [{ path: join(directory, name), connection: Number(connection), pid: Number(pid) }]
    }),
  )
}

/** Nothing, where there is no such directory or we may not look. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

/**
 * The directory for sockets of this user, made if it is not there: in $XDG_RUNTIME_DIR, or for want of that in /run, which
 * takes root. It is this user's alone (mode 0700), for whoever reaches a socket in it may say what the mount shows.
 *
 * @throws FuseWireError ERR_CONTROL: there is no place for it, or others may enter
 */
export function makeControlDirectory(): string {
  const uid = process.geteuid?.() ?? 0
  const runtime = process.env['XDG_RUNTIME_DIR']
  const path = runtime === undefined || runtime === '' ? `/run/fusewire-${uid}` : join(runtime, 'fusewire')
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      const advice = runtime === undefined ? '; set XDG_RUNTIME_DIR to a directory of your own' : ''
      throw new FuseWireError('ERR_CONTROL', `${path} cannot be made${advice}`, { cause: error })
    }
  }
  const stat = lstatSync(path)
  if (stat.isDirectory() && stat.uid === uid && (stat.mode & 0o077) === 0) return path
  throw new FuseWireError('ERR_CONTROL', `${path} must be a directory of this user's that nobody else may enter (0700)`)
}
