import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pair } from '../helpers/pair.js'

test('a file is found, read, written, and forgotten', async () => {
  const p = pair()
  p.server.add('/d/f', 'content of f')
  assert.equal(await p.fs.readFile('/d/f', 'utf8'), 'content of f')
  assert.deepEqual(p.log(), ['LOOKUP d', 'LOOKUP f', 'OPEN', 'READ 0+4096', 'FLUSH', 'RELEASE'])
  await p.fs.writeFile('/d/g', 'new')
  assert.equal(Buffer.from(p.server.find('/d/g')!.data).toString(), 'new')
  assert.deepEqual((await p.fs.readdir('/d')).toSorted(), ['f', 'g'])
  await p.fs.unlink('/d/f')
  await assert.rejects(p.fs.stat('/d/f'), { code: 'ENOENT', syscall: 'stat', path: '/d/f' })
  await p.close()
})
