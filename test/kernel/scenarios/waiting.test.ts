import { compareWithKernel } from '../../scenarios/compare.js'
import { WAITING } from '../../scenarios/scenarios/waiting.js'

compareWithKernel(WAITING)
