import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Directory } from '#src/fs/memory/directory.js'
import { Inode, type NewInode } from '#src/fs/memory/inode.js'
import { fromEnvironment, Random } from '../../../helpers/random.js'

const made: NewInode = { ino: 1, mode: 0o644, uid: 0, gid: 0, nowMs: 0 }

function filled(count: number): Directory {
  const directory = new Directory(made, undefined)
  for (let i = 0; i < count; i += 1) directory.set(`n${i}`, new Inode(made))
  return directory
}

const names = (directory: Directory, cookie = 0) => [...directory.after(cookie)].map(({ name }) => name)

test('names are listed in the order in which they were made, from any cookie', () => {
  const directory = filled(5)
  const entries = [...directory.after(0)]
  assert.deepEqual(names(directory), ['n0', 'n1', 'n2', 'n3', 'n4'])
  assert.ok(
    entries.every(({ cookie }) => cookie > 2),
    '1 and 2 are the dots',
  )
  assert.deepEqual(names(directory, entries[2]!.cookie), ['n3', 'n4'])
  assert.deepEqual(names(directory, entries[4]!.cookie), [])
})

test('a name that names something else keeps its place, one that is made again gets a new one', () => {
  const directory = filled(3)
  const other = new Inode(made)
  directory.set('n1', other)
  assert.equal(directory.get('n1'), other)
  assert.deepEqual(names(directory), ['n0', 'n1', 'n2'])
  directory.delete('n1')
  directory.delete('absent')
  directory.set('n1', other)
  assert.deepEqual(names(directory), ['n0', 'n2', 'n1'])
  assert.equal(directory.size, 3)
})

test('the cookie of a name that is gone is still good', () => {
  const directory = filled(100)
  const entries = [...directory.after(0)]
  for (let i = 0; i <= 90; i += 1) directory.delete(`n${i}`)
  assert.deepEqual(names(directory, entries[50]!.cookie), names(directory))
  assert.deepEqual(names(directory, entries[93]!.cookie), ['n94', 'n95', 'n96', 'n97', 'n98', 'n99'])
})

test('random changes while it is listed in steps: what stays comes exactly once', () => {
  const seed = fromEnvironment('FUSEWIRE_SEED', Math.floor(Math.random() * 2 ** 32))
  const random = new Random(seed)
  for (let round = 0; round < 50; round += 1) {
    const directory = filled(1 + random.below(200))
    const kept = new Set(names(directory))
    const seen: string[] = []
    let cookie = 0
    for (let made = 0; ;) {
      const some = [...directory.after(cookie)].slice(0, 1 + random.below(20))
      if (some.length === 0) break
      seen.push(...some.map(({ name }) => name))
      cookie = some.at(-1)!.cookie
      for (let i = random.below(10); i > 0; i -= 1) {
        const name = `n${random.below(200)}`
        directory.delete(name)
        kept.delete(name)
        if (made < 100) directory.set(`m${made++}`, directory)
      }
    }
    assert.equal(new Set(seen).size, seen.length, `seed ${seed}, round ${round}: a name came twice`)
    assert.deepEqual(
      [...kept].filter((name) => !seen.includes(name)),
      [],
      `seed ${seed}, round ${round}`,
    )
  }
})
