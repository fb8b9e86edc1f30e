import { group } from '../check.js'
import { accessChecks } from './permissions-access.js'
import { nameChecks } from './permissions-names.js'
import { ownerChecks } from './permissions-owners.js'

export const permissions = group('permissions', [...accessChecks, ...nameChecks, ...ownerChecks])
