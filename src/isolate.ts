import { parentPort, workerData } from 'node:worker_threads'
import type { IsolateData, IsolateOrder, IsolateReport, SentError, ServeOrder } from './isolate-messages.js'
import { loadFileSystem } from './load.js'
import type { FileSystem } from './server/filesystem.js'
import { Session } from './server/session.js'
import { mostDataBytes, traitsOf } from './settings.js'
import { CpuKeeper } from './transport/device-cpu-keeper.js'
import { DeviceTransport } from './transport/device.js'
import { chooseLoop } from './transport/device-loops.js'

/* A worker thread that serves a mount together with others: loads the filesystem, says so, and does what it is told. */

const port = parentPort!
const report = (message: IsolateReport) => port.postMessage(message)

function sendable(error: unknown): SentError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  return { error: error instanceof Error ? error : String(error), code }
}

async function serve(fs: FileSystem, order: ServeOrder): Promise<Session> {
  const { device, defaults, init, initIn, followClients } = order
  const { kind, reason, loop } = await chooseLoop(order.loop)
  // Closed by who opened it, once this thread is gone: a number that is free may be somebody else's at once.
  const borrowed = { number: device, close: () => undefined }
  const transport = new DeviceTransport(borrowed, loop, {
    maxDataBytes: mostDataBytes(init),
    followClients,
    keeper: order.keeper === undefined ? undefined : CpuKeeper.of(order.keeper),
  })
  const session = new Session(transport, fs, {
    defaults,
    init,
    notifyRefused: order.notifyRefused,
    onStrayInterrupt: (unique) => report({ is: 'interrupt', unique }),
    onError: (error, request) => report({ is: 'fault', sent: sendable(error), request }),
  })
  if (initIn !== undefined) session.adopt(initIn)
  session.initialised.then(
    () => report({ is: 'serving', initIn: session.initIn, kind, reason }),
    (error: unknown) => report({ is: 'unable', sent: sendable(error) }),
  )
  const end = (sent: SentError | undefined) => {
    report({ is: 'ended', sent })
    port.close()
    loop.close()
  }
  session.closed.then(
    () => end(undefined),
    (error: unknown) => end(sendable(error)),
  )
  transport.start(session)
  return session
}

try {
  const { module, data } = workerData as IsolateData
  const fs = await loadFileSystem(new URL(module), data)
  let session: Session | undefined
  port.on('message', (order: IsolateOrder) => {
    if (order.do === 'interrupt') session?.interrupt(order.unique)
    else {
      serve(fs, order).then(
        (made) => (session = made),
        (error: unknown) => report({ is: 'unable', sent: sendable(error) }),
      )
    }
  })
  report({ is: 'loaded', traits: traitsOf(fs) })
} catch (error) {
  report({ is: 'unable', sent: sendable(error) })
}
