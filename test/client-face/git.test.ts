import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as git from 'isomorphic-git'
import { memoryClient } from './memory-client.js'

/* isomorphic-git, which works on whatever it is given as `fs`, on `client.fs`. */

const { client, close } = memoryClient()
after(close)

const repository = { fs: { promises: client.fs }, dir: '/repository' }
const author = { name: 'Ada', email: 'ada@example.org', timestamp: 1_700_000_000, timezoneOffset: 0 }
/** What git makes of the same files, modes, author, time and message. */
const FIRST = '4b4241c9f999e78968658fe695534de4b541a61e'
const write = async (path: string, text: string) => client.fs.writeFile(`${repository.dir}/${path}`, text)
/** 1 for each file that is as it was committed, by its name. */
async function status() {
  const rows = await git.statusMatrix(repository)
  return rows.map(([name, head, work, stage]) => `${name} ${head}${work}${stage}`)
}

test('a repository is made, and files are committed', async () => {
  await git.init({ ...repository, defaultBranch: 'main' })
  await client.fs.mkdir('/repository/src/deep', { recursive: true })
  await write('README', 'hello\n')
  await write('src/deep/file', 'deep\n')
  await client.fs.symlink('README', '/repository/link')
  await client.fs.chmod('/repository/src/deep/file', 0o755)
  assert.deepEqual(await status(), ['README 020', 'link 020', 'src/deep/file 020'])
  await git.add({ ...repository, filepath: '.' })
  const oid = await git.commit({ ...repository, author, message: 'First\n' })
  assert.equal(oid, FIRST)
  assert.deepEqual(await status(), ['README 111', 'link 111', 'src/deep/file 111'])
})

test('changes show, are staged, and become a second commit', async () => {
  await write('README', 'hello again\n')
  await client.fs.rm('/repository/src', { recursive: true })
  assert.deepEqual(await status(), ['README 121', 'link 111', 'src/deep/file 101'])
  await git.add({ ...repository, filepath: 'README' })
  await git.remove({ ...repository, filepath: 'src/deep/file' })
  await git.commit({ ...repository, author, message: 'Second\n' })
  const log = await git.log(repository)
  assert.deepEqual(
    log.map(({ commit }) => commit.message),
    ['Second\n', 'First\n'],
  )
  assert.equal(log[1]!.oid, FIRST)
})

test('branches are made and checked out, with modes and links', async () => {
  await git.branch({ ...repository, ref: 'old', object: FIRST })
  await git.checkout({ ...repository, ref: 'old', force: true })
  assert.equal(await client.fs.readFile('/repository/README', 'utf8'), 'hello\n')
  assert.equal(await client.fs.readlink('/repository/link'), 'README')
  assert.equal((await client.fs.stat('/repository/src/deep/file')).mode & 0o111, 0o111)
  await git.checkout({ ...repository, ref: 'main' })
  await assert.rejects(client.fs.stat('/repository/src/deep/file'), { code: 'ENOENT' })
  assert.deepEqual((await git.listBranches(repository)).toSorted(), ['main', 'old'])
})

test('objects are packed, and read from the pack', async () => {
  const { packfile, filename } = await git.packObjects({ ...repository, oids: [FIRST] })
  assert.ok(packfile!.length > 0)
  await client.fs.mkdir('/other')
  const other = { ...repository, dir: '/other' }
  await git.init(other)
  await client.fs.mkdir('/other/.git/objects/pack', { recursive: true })
  await client.fs.writeFile(`/other/.git/objects/pack/${filename}`, packfile!)
  await git.indexPack({ ...other, filepath: `.git/objects/pack/${filename}` })
  assert.equal((await git.readCommit({ ...other, oid: FIRST })).commit.message, 'First\n')
})
