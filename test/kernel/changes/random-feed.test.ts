import { randomChanges } from '../notify/lost/random.js'

/* Changes at random, told later and by paths, as a feed does. */

randomChanges('many changes told by a feed, by io_uring', 10_000, { via: 'io_uring' }, 'feed')
randomChanges('many changes told by a feed, by threads, with READDIRPLUS', 5000, { via: 'threads', plus: true }, 'feed')
