import { abort as abortMount } from '../../diagnostics/index.js'
import { command } from '../command.js'
import { targetOf } from '../connection.js'
import { EXIT } from '../exit-codes.js'

export const abort = command({
  name: 'abort',
  summary: 'free a mount that hangs: every request there fails, and it is taken away',
  operands: ['MOUNTPOINT|CONNECTION'],
  options: {},
  notes: [
    "CONNECTION is the number that 'fusewire diagnose' shows. Any FUSE mount will do, not only one of fusewire.",
    'What was written there and not sent to its server yet is lost. Root may do it, and the user who mounted.',
  ],
  async run({ operands: [target] }) {
    const { connection, aborted, unmounted } = await abortMount(targetOf(target!))
    const what = aborted ? `connection ${connection} is aborted` : `connection ${connection} was gone already`
    process.stdout.write(`${[what, ...unmounted.map((path) => `${path} is unmounted`)].join('; ')}\n`)
    return EXIT.OK
  },
})
