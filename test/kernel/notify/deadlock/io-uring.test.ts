import { deadlockTable } from './run.js'

deadlockTable('io_uring')
