import assert from 'node:assert/strict'
import { test } from 'node:test'
import { O } from '#src/sys/constants.js'
import { Fd } from '#src/sys/fd.js'
import { write } from '#src/sys/io.js'
import { open } from '#src/sys/open.js'
import { receiveFd, sendFd, socketPair } from '#src/sys/scm-rights.js'
import { statFd } from '#src/sys/stat.js'

test('a descriptor travels over a socket', () => {
  const [a, b] = socketPair()
  using sent = new Fd(open('/', O.RDONLY))
  sendFd(a.number, sent.number)
  using received = receiveFd(b.number, 'the root')!
  assert.notEqual(received.number, sent.number)
  assert.equal(statFd(received.number).ino, statFd(sent.number).ino)
  write(a.number, Uint8Array.of(0))
  assert.throws(() => receiveFd(b.number), { code: 'EBADMSG' })
  a.close()
  assert.equal(receiveFd(b.number), undefined)
  b.close()
})
