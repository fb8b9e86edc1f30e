import { fromEnvironment } from '../../helpers/random.js'
import { randomChanges } from './random.js'

const changes = fromEnvironment('CHANGES', 100_000)
// A million, of `npm run soak`, take some minutes; a busy machine is slower by far.
randomChanges(changes, Math.max(600_000, changes * 6))
