import { compareWithKernel } from '../../scenarios/compare.js'
import { NAMES } from '../../scenarios/scenarios/names.js'

compareWithKernel(NAMES)
