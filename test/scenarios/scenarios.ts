import type { Scenario } from './language.js'
import { ATTRIBUTES } from './scenarios/attributes.js'
import { DATA } from './scenarios/data.js'
import { DETAILS } from './scenarios/details.js'
import { LISTINGS } from './scenarios/listings.js'
import { NAMES } from './scenarios/names.js'
import { NOTIFICATIONS } from './scenarios/notifications.js'
import { WAITING } from './scenarios/waiting.js'
import { WRITING } from './scenarios/writing.js'

/** All scenarios, each by a title of its own. */
export const SCENARIOS: readonly Scenario[] = [
  ...ATTRIBUTES,
  ...DATA,
  ...DETAILS,
  ...LISTINGS,
  ...NAMES,
  ...NOTIFICATIONS,
  ...WAITING,
  ...WRITING,
]
