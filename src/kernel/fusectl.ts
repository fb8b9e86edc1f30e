import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { FuseWireError, SystemError, UnsupportedError } from '../base/errors.js'
import { mountSync } from '../sys/mount.js'
import { readMounts } from './mountinfo.js'

const ROOT = '/sys/fs/fuse/connections'

/** How many requests the kernel lets wait in the background, and from how many on it holds back. */
export interface ConnectionLimits {
  readonly maxBackground: number
  readonly congestionThreshold: number
}

/**
 * Makes sure that fusectl, the kernel's files about FUSE connections, is mounted at /sys/fs/fuse/connections.
 *
 * @throws UnsupportedError where it is not, and this process may not mount it
 */
export function ensureFusectl(): void {
  if (readMounts().some((entry) => entry.type === 'fusectl' && entry.mountpoint === ROOT)) return
  try {
    mountSync({ source: 'fusectl', target: ROOT, type: 'fusectl', flags: 0, data: '' })
  } catch (cause) {
    // EBUSY: somebody else has just mounted it.
    if (cause instanceof SystemError && cause.code === 'EBUSY') return
    throw new UnsupportedError(`fusectl is not mounted at ${ROOT} and cannot be: 'mount -t fusectl fusectl ${ROOT}'`, {
      cause,
    })
  }
}

/** The numbers of all FUSE connections that this process can see, ascending. Those of a dead server are among them. */
export function listConnections(): number[] {
  ensureFusectl()
  return readdirSync(ROOT)
    .map(Number)
    .filter((number) => Number.isInteger(number))
    .toSorted((a, b) => a - b)
}

/** How many requests of `connection` are queued, in flight, or waiting for room. */
export function waitingRequests(connection: number): number {
  return Number(read(connection, 'waiting'))
}

/**
 * Ends `connection` for good: every request of every program fails with ECONNABORTED or ENOTCONN, a blocked notification
 * returns, the device reads ENODEV. The mount stays, dead, until it is unmounted. It is allowed to root and to the user
 * who mounted, works even when the server hangs, and never waits.
 *
 * @returns false if there is no such connection any more
 */
export function abortConnection(connection: number): boolean {
  ensureFusectl()
  try {
    writeFileSync(file(connection, 'abort'), '1')
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw failure(connection, 'abort', error)
  }
}

/**
 * Opens `abort` for writing and `waiting` for reading, in this order; they are the caller's to close. Open files stay with
 * this connection when it has ended, also if its number is used again: what is written has no effect then, and nothing can
 * be read.
 *
 * @throws FuseWireError ERR_FUSECTL: there is no such connection, or it is somebody else's; UnsupportedError
 */
export function openConnection(connection: number): readonly [number, number] {
  ensureFusectl()
  const opened: number[] = []
  for (const [name, flags] of [
    ['abort', 'w'],
    ['waiting', 'r'],
  ] as const) {
    try {
      opened.push(openSync(file(connection, name), flags))
    } catch (error) {
      for (const fd of opened) closeSync(fd)
      throw failure(connection, name, error)
    }
  }
  return opened as [number, number]
}

/** The limits of `connection`, as they are now. */
export function connectionLimits(connection: number): ConnectionLimits {
  return {
    maxBackground: Number(read(connection, 'max_background')),
    congestionThreshold: Number(read(connection, 'congestion_threshold')),
  }
}

/** Sets limits of `connection`, each 1 to 65535. */
export function setConnectionLimits(connection: number, limits: Partial<ConnectionLimits>): void {
  ensureFusectl()
  const set = (name: string, value: number | undefined) => {
    if (value === undefined) return
    try {
      writeFileSync(file(connection, name), String(value))
    } catch (error) {
      throw failure(connection, name, error)
    }
  }
  set('max_background', limits.maxBackground)
  set('congestion_threshold', limits.congestionThreshold)
}

function read(connection: number, name: string): string {
  ensureFusectl()
  try {
    return readFileSync(file(connection, name), 'latin1').trim()
  } catch (error) {
    throw failure(connection, name, error)
  }
}

function file(connection: number, name: string): string {
  return `${ROOT}/${connection}/${name}`
}

function failure(connection: number, name: string, cause: unknown): FuseWireError {
  const problem =
    codeOf(cause) === 'ENOENT'
      ? 'there is no such connection'
      : codeOf(cause) === 'EACCES'
        ? 'not allowed'
        : 'it failed'
  return new FuseWireError('ERR_FUSECTL', `FUSE connection ${connection}, ${name}: ${problem}`, { cause })
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
