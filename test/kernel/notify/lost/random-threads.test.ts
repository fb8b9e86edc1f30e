import { randomChanges } from './random.js'

randomChanges('many changes, readers and writers, by threads', 25_000, { via: 'threads' })
randomChanges('the same with READDIRPLUS', 10_000, { via: 'threads', plus: true })
