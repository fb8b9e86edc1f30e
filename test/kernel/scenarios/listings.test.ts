import { compareWithKernel } from '../../scenarios/compare.js'
import { LISTINGS } from '../../scenarios/scenarios/listings.js'

compareWithKernel(LISTINGS)
