import { randomChanges } from './random.js'

randomChanges('many changes, readers and writers, by io_uring', 100_000, { via: 'io_uring' })
randomChanges('the same with READDIRPLUS', 10_000, { via: 'io_uring', plus: true })
