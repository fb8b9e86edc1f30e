import { mkdtempSync, rmdirSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { FuseWireError, UnsupportedError } from './base/errors.js'
import {
  allowOther,
  fusectl,
  fuseDevice,
  fuseOverIoUring,
  ioUring,
  mountWay,
  systemLimits,
  type Capability,
  type SystemLimits,
} from './kernel/capabilities.js'
import { mountFuse } from './kernel/mount-fuse.js'
import { MessageCodec } from './protocol/codec.js'
import { INIT_FLAG_NAMES, initFlagBit, joinInitFlags, type InitFlagName } from './protocol/flags/init-flags.js'
import type { InitIn } from './protocol/negotiated.js'
import { Session } from './server/session.js'
import { DeviceTransport } from './transport/device.js'
import { chooseLoop } from './transport/device-loops.js'
import { TracedTransport } from './transport/trace.js'

/** What the kernel offers to a filesystem, as its INIT says. */
export interface KernelOffer {
  readonly major: number
  readonly minor: number
  /** In bytes. */
  readonly maxReadahead: number
  readonly flags: readonly InitFlagName[]
}

/** The questions that {@link probe} asks. */
export type ProbeName = 'device' | 'way' | 'mount' | 'allowOther' | 'fusectl' | 'ioUring' | 'fuseOverIoUring'

/** What this kernel and this user can do. */
export interface ProbeReport {
  /** The kernel's release, as `uname -r` says it. */
  readonly kernel: string
  /** Whether this process can mount and serve a filesystem: a throw-away one was, for a moment. */
  readonly canMount: boolean
  readonly checks: Readonly<Record<ProbeName, Capability>>
  /** Undefined if nothing could be mounted. */
  readonly offer: KernelOffer | undefined
  readonly limits: SystemLimits
}

/** How long the kernel may take to send INIT, in ms. It sends it at once. */
const INIT_MS = 5000
const NOT_OFFERED: Capability = {
  ok: false,
  detail: 'enabled, but not offered to a new mount',
  advice: 'a kernel with CONFIG_FUSE_IO_URING',
}
const UNCACHED = { entryTimeoutMs: 0, attrTimeoutMs: 0, negativeTimeoutMs: 0, keepCache: false, cacheDir: false }

/**
 * Finds out what this kernel and this user can do, with what to do about what is missing. Mounts a throw-away filesystem
 * in a private directory for a moment, if that is allowed; leaves nothing behind.
 *
 * @throws UnsupportedError where there are no system calls to be had (no Linux)
 */
export async function probe(): Promise<ProbeReport> {
  const way = mountWay()
  const device = fuseDevice()
  const { offer, mount } = await tryMount(device, way)
  const kernelSide = fuseOverIoUring()
  const isOffered = offer?.flags.includes('OVER_IO_URING') === true
  return {
    kernel: release(),
    canMount: offer !== undefined,
    checks: {
      device,
      way,
      mount,
      allowOther: allowOther(),
      fusectl: fusectl(),
      ioUring: ioUring(),
      fuseOverIoUring: kernelSide.ok && offer !== undefined && !isOffered ? NOT_OFFERED : kernelSide,
    },
    offer,
    limits: systemLimits(),
  }
}

interface Trial {
  readonly offer: KernelOffer | undefined
  readonly mount: Capability
}

async function tryMount(device: Capability, way: Capability): Promise<Trial> {
  if (!way.ok) return { offer: undefined, mount: notTried('there is no way to mount') }
  // fusermount3 opens the device as the user that we are.
  if (!device.ok) return { offer: undefined, mount: notTried(device.detail) }
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-probe-'))
  try {
    const init = await receiveInit(directory)
    const all = joinInitFlags(init.flags, init.flags2)
    const flags = INIT_FLAG_NAMES.filter((name) => (all & initFlagBit(name)) !== 0n)
    const { major, minor } = init
    const detail = `a throw-away filesystem was mounted, and the kernel speaks FUSE ${major}.${minor}`
    return { offer: { major, minor, maxReadahead: init.max_readahead, flags }, mount: { ok: true, detail } }
  } catch (error) {
    if (!(error instanceof FuseWireError)) throw error
    return { offer: undefined, mount: { ok: false, detail: error.message, advice: 'see docs/errors.md' } }
  } finally {
    rmdirSync(directory)
  }
}

function notTried(reason: string): Capability {
  return { ok: false, detail: `not tried: ${reason}`, advice: 'see above' }
}

/** Mounts a filesystem that has no methods, and unmounts it; returns what INIT said. */
async function receiveInit(directory: string): Promise<InitIn> {
  const { loop } = await chooseLoop()
  const mount = await mountFuse(directory, { fsname: 'fusewire-probe' })
  const transport = new TracedTransport(new DeviceTransport(mount.fd, loop))
  const session = new Session(transport, {}, { defaults: UNCACHED, init: {}, onError: () => undefined })
  const codec = new MessageCodec()
  let init: InitIn | undefined
  transport.tap = {
    received(message, end) {
      // The first message of a connection; none of the others matters.
      const request = init === undefined ? codec.decodeRequest(message, 0, end) : undefined
      if (request?.op === 'INIT') init = request.fuse_init_in
    },
    sending: () => undefined,
    notifying: () => () => undefined,
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const tooLate = new UnsupportedError(`the kernel sent no INIT within ${INIT_MS} ms`)
    timer = setTimeout(reject, INIT_MS, tooLate)
  })
  session.closed.catch(() => undefined)
  transport.start(session)
  try {
    await Promise.race([session.initialised, late])
    return init!
  } finally {
    clearTimeout(timer)
    await mount.unmount({ mode: 'lazy' })
    transport.close()
  }
}
