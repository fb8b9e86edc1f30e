import { randomChanges } from '../notify/lost/random.js'

/* Changes at random, told in words of files: at once, or later and by paths, as a feed does. */

randomChanges('many changes told by verbs, by io_uring', 10_000, { via: 'io_uring' }, 'verbs')
randomChanges('many changes told by verbs, by threads, with READDIRPLUS', 5000, { via: 'threads', plus: true }, 'verbs')
