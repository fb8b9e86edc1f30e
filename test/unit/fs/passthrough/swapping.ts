import { parentPort, workerData } from 'node:worker_threads'
import { O, RENAME } from '#src/sys/constants.js'
import { renameAt } from '#src/sys/names.js'
import { open } from '#src/sys/open.js'

/* A thread that exchanges `d` and `link` of a directory until it is ended. */

const directory = open(workerData as string, O.PATH)
parentPort?.postMessage('ready')
for (;;) renameAt(directory, 'd', directory, 'link', RENAME.EXCHANGE)
