import { onBothLanes } from '../lanes.js'
import { heldReplies, SPECIAL } from './held.js'
import { KINDS, PLUS_KINDS } from './kinds.js'

heldReplies(KINDS, {})
heldReplies(PLUS_KINDS, { plus: true })
onBothLanes(SPECIAL, { statx: true, init: { maxReadahead: 0 } })
