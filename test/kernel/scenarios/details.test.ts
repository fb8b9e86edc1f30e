import { compareWithKernel } from '../../scenarios/compare.js'
import { DETAILS } from '../../scenarios/scenarios/details.js'

compareWithKernel(DETAILS)
