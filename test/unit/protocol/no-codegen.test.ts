import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { golden } from '../../helpers/golden.js'

/* Where code generation from strings is forbidden, the tables are walked, and everything works the same. */

const program = `
import { MessageCodec, messageBuffer } from ${JSON.stringify(import.meta.resolve('#src/protocol/index.js'))}
let forbidden = false
try { new Function('return 1') } catch (error) { forbidden = error instanceof EvalError }
const codec = new MessageCodec()
const answers = JSON.parse(process.argv[1]).map((hex) => {
  const message = messageBuffer(Buffer.from(hex, 'hex'))
  const request = codec.decodeRequest(message, 0, message.bytes.length)
  const again = messageBuffer(message.bytes.length)
  return Buffer.from(again.bytes.subarray(0, codec.encodeRequest(again, 0, request))).toString('hex')
})
console.log(JSON.stringify({ forbidden, answers }))
`

test('messages are read and written with --disallow-code-generation-from-strings', () => {
  const messages = ['LOOKUP', 'WRITE', 'CREATE', 'BATCH_FORGET', 'SETXATTR'].map((op) => {
    const narrow = golden.vectors.find((v) => v.op === op && v.direction === 'request' && !v.hex.includes('0df0'))
    const any = narrow ?? golden.vectors.find((v) => v.op === op && v.direction === 'request')!
    return any.hex.replaceAll('00000df0', '00000000')
  })
  const args = [
    '--disallow-code-generation-from-strings',
    '--input-type=module',
    '-e',
    program,
    JSON.stringify(messages),
  ]
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
  assert.deepEqual(JSON.parse(output), { forbidden: true, answers: messages })
})
