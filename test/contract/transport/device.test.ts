import { test } from 'node:test'
import { makeSendRoom } from '#src/sys/socket.js'
import { chooseLoop } from '#src/transport/device-loops.js'
import type { Loop } from '#src/transport/device-source.js'
import { DeviceTransport } from '#src/transport/device.js'
import { socketSettings } from '#src/transport/socket/options.js'
import { SeqpacketTransport } from '#src/transport/socket/seqpacket.js'
import { seqpacketPair } from '../../helpers/seqpacket.js'
import { transportContract } from './contract.js'

/*
 * The device has but one end here: the other is the kernel's. So the transport runs over a socket that keeps messages apart,
 * as the device does, with a peer that can send anything; what it does with the device itself is in test/kernel.
 */

const NO_QUEUE = 'the device takes every reply: there is nothing to wait for'
/** The end of the device is an error, ENODEV; a read of nothing does not happen there. */
const END = /EIO.*\/dev\/fuse/

if (process.platform !== 'linux') test('device', { skip: 'needs Linux' }, () => undefined)
else {
  for (const kind of ['plain', 'reactor'] as const) {
    const make = async () => {
      const { loop } = await chooseLoop(kind)
      const settings = socketSettings({ kind: 'seqpacket' }, false)
      const [near, far] = seqpacketPair()
      for (const socket of [near, far]) makeSendRoom(socket, settings.bufferBytes)
      const a = new SeqpacketTransport(far, withoutClose(loop), settings)
      const b = new DeviceTransport(near, loop, { maxDataBytes: settings.bufferBytes - 8192 })
      return { a, b, endOfB: END, dispose: async () => loop.close() }
    }
    transportContract(`device, ${kind} loop`, make, NO_QUEUE)
  }
}

/** Both ends share one loop: a reactor waits for what it knows only. */
function withoutClose(loop: Loop): Loop {
  return {
    stats: loop.stats,
    add: (source) => loop.add(source),
    update: (source) => loop.update(source),
    remove: (source) => loop.remove(source),
    close: () => undefined,
  }
}
