import { compareWithKernel } from '../../scenarios/compare.js'
import { ATTRIBUTES } from '../../scenarios/scenarios/attributes.js'

compareWithKernel(ATTRIBUTES)
