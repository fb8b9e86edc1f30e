import { mountFuse } from '#src/kernel/mount-fuse.js'
import { chooseLoop } from '#src/transport/device-loops.js'
import { DeviceNotifyPort } from '#src/transport/device-notify.js'
import { DeviceTransport } from '#src/transport/device.js'
import { answerQuestions } from '../../scenarios/rpc.js'
import { SCENARIOS } from '../../scenarios/scenarios.js'
import { ServerSide } from '../../scenarios/server-side.js'

/* The server of one scenario on a mount of Linux. Run with the mount point; told over IPC which scenario, and what to do. */

/** A notification goes out as head and payload; a head has at most a name. */
const HEAD = 4096
let side: ServerSide | undefined

async function start(title: string): Promise<void> {
  const scenario = SCENARIOS.find((each) => each.title === title)!
  const defaultPermissions = scenario.defaultPermissions ?? false
  const made = await mountFuse(process.argv[2]!, { fsname: 'scenario', allowOther: true, defaultPermissions })
  const { loop } = await chooseLoop()
  const port = new DeviceNotifyPort(made.fd.number, loop)
  port.onTaken = (token, result) => (token as (result: number) => void)(result)
  side = new ServerSide(scenario, new DeviceTransport(made.fd, loop), (bytes) => {
    return new Promise((resolve) => {
      const message = port.borrow()!
      const head = Math.min(bytes.length, HEAD)
      message.bytes.set(bytes.subarray(0, head))
      port.sendWaiting(message, head, head < bytes.length ? bytes.subarray(head) : undefined, resolve, false)
      port.flush()
    })
  })
  void side.session.closed.catch(() => undefined).finally(() => port.close())
  await side.session.initialised
}

answerQuestions({
  start,
  perform: (index: number) => side!.perform(index),
  join: (name: string) => side!.join(name),
  requests: () => side!.takeRequests(),
  lookups: () => side!.lookups,
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
