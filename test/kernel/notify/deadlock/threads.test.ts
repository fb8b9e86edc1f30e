import { deadlockTable } from './run.js'

deadlockTable('threads')
