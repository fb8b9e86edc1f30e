import { fromEnvironment } from '../../helpers/random.js'
import { randomChanges } from './random.js'

randomChanges(fromEnvironment('CHANGES', 100_000), 600_000)
