import { setPriority } from 'node:os'
import { dieWithParent } from '../../../contract/filesystem/credentials.js'
import { calls } from './calls.js'

/* Keeps a CPU busy, so that whoever is behind it there waits for its turn. Run with the number of the CPU. */

dieWithParent()
calls.pinBehind(Number(process.argv[2]))
setPriority(0)
process.send?.('busy')
process.on('disconnect', () => process.exit())
const chunk = () => {
  const end = performance.now() + 50
  while (performance.now() < end);
  setImmediate(chunk)
}
chunk()
