import { compareWithKernel } from '../../scenarios/compare.js'
import { WRITING } from '../../scenarios/scenarios/writing.js'

compareWithKernel(WRITING)
