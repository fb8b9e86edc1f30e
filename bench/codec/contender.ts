import { workerData } from 'node:worker_threads'
import { MessageCodec } from '#src/protocol/codec.js'
import type { MessageBuffer } from '#src/protocol/message.js'
import { serveTurns } from '../lib/turns.js'
import { codecRows, type Work } from './rows.js'

/* One contender of the codec benchmark, in an isolate of its own: `compiled`, `interpreted` or `hand`. */

const codec = new MessageCodec(undefined, { interpreted: workerData === 'interpreted' })
const rows = codecRows().map((row) => loop(workerData === 'hand' ? row.hand : row.codec(codec), row.pool))
serveTurns(rows)

/** A loop of its own for each row: one loop for all would see every call site polymorphic. */
function loop(work: Work, messages: readonly MessageBuffer[]): (times: number) => unknown {
  // eslint-disable-next-line no-new-func, typescript/no-implied-eval
  const make = new Function(
    'work',
    'messages',
    'return (times) => { let last; for (let i = 0; i < times; i += 1) last = work(messages[i & 3], i & 3); return last }',
  ) as (work: Work, messages: readonly MessageBuffer[]) => (times: number) => unknown
  return make(work, messages)
}
