import { compareWithKernel } from '../../scenarios/compare.js'
import { DATA } from '../../scenarios/scenarios/data.js'

compareWithKernel(DATA)
