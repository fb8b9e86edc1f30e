import { compareWithKernel } from '../../scenarios/compare.js'
import { NOTIFICATIONS } from '../../scenarios/scenarios/notifications.js'

compareWithKernel(NOTIFICATIONS)
