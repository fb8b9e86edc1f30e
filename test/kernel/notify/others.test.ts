import assert from 'node:assert/strict'
import { O } from '../../helpers/posix/constants.js'
import { onBothLanes } from './lanes.js'

/* POLL, RESEND, INC_EPOCH and PRUNE. */

onBothLanes({
  async 'poll: who waits for a file is woken, and asks again'({ server, client, dir, at }) {
    const node = await server.file(`${dir}f`)
    const fd = await client.call('open', at('f'), O.RDONLY | O.NONBLOCK)
    assert.equal(await client.call('waitReadable', fd, 100), false, 'nothing is ready, and nobody wakes')
    await server.tree('write', `${dir}f`, 'ready')
    // The number of the first wait is that of the open file.
    const rule = await server.rule({ op: 'poll', node, hold: true, times: 1 })
    const waiting = client.call('waitReadable', fd, 15_000)
    await rule.arrived()
    await server.tree('write', `${dir}f`, '')
    await rule.release()
    await server.tree('write', `${dir}f`, 'ready again')
    await server.ask('wake', node)
    assert.equal(await waiting, true)
    await client.call('close', fd)
  },

  async 'poll: a number that nobody knows has no effect'({ server }) {
    const { outcome } = (await server.notify('poll', 123_456).settled) as { outcome: string }
    assert.equal(outcome, 'applied')
  },

  async 'resend: what is held comes again, its handler does not run again, and the caller has one answer'(c) {
    const { server, client, dir, at } = c
    await server.file(`${dir}f`, 'answered once')
    const hold = await server.hold('read')
    const reading = client.call('readFile', at('f'))
    await hold.arrived()
    const before = (await server.counts())['read']
    await server.notify('resend').settled
    await server.notify('resend').settled
    await hold.release()
    assert.equal((await reading).toString(), 'answered once')
    assert.equal((await server.counts())['read'], before)
  },

  async 'resend: in the handler itself, and with the answer ready before the request comes again'(c) {
    const { server, client, dir, at } = c
    await server.directory(`${dir}sub`)
    for (const op of ['mkdir', 'getattr', 'lookup', 'read', 'setattr']) {
      const name = `${op}-made`
      if (op !== 'mkdir') await server.file(`${dir}${name}`, 'content')
      const [resend, call] = server.action('resend')
      const [again, call2] = server.action('resend')
      const before = (await server.counts())[op] ?? 0
      const rule = await server.rule({ op, inside: [resend, again], times: 1 })
      if (op === 'mkdir') await client.call('mkdir', at(name))
      else if (op === 'read') assert.equal((await client.call('readFile', at(name))).toString(), 'content')
      else if (op === 'setattr') await client.call('chmod', at(name), 0o600)
      else {
        await client.call('stat', at(name))
        await server.notify('invalInode', await server.node(`${dir}${name}`), { attributesOnly: true }).settled
        await client.call('stat', at(name))
      }
      await call.settled
      await call2.settled
      await rule.release()
      assert.equal((await server.counts())[op], before + 1, op)
      assert.ok(await client.call('exists', at(name)))
    }
  },

  async 'resend: several requests held, of different kinds'({ server, client, dir, at }) {
    const others = await Promise.all([server.client(), server.client()])
    for (const name of ['a', 'b', 'c']) await server.file(`${dir}${name}`, name)
    const holds = [await server.hold('lookup', { name: 'a' }), await server.hold('open'), await server.hold('setattr')]
    const b = others[0].call('readFile', at('b'))
    await holds[1]!.arrived()
    const c = others[1].call('chmod', at('c'), 0o640)
    await holds[2]!.arrived()
    const a = client.call('stat', at('a'))
    await holds[0]!.arrived()
    const before = await server.counts()
    await server.notify('resend').settled
    for (const hold of holds) await hold.release()
    assert.equal((await a).size, 1)
    assert.equal((await b).toString(), 'b')
    await c
    const after = await server.counts()
    for (const op of ['lookup', 'open', 'setattr']) assert.equal(after[op], before[op], op)
  },

  async 'incEpoch: every name is looked up again, and nothing else is dropped'({ server, client, dir, dirNode, at }) {
    await server.file(`${dir}f`, 'cached')
    const fd = await client.call('open', at('f'), O.RDONLY)
    await client.call('readFile', at('f'))
    await client.call('exists', at('absent'))
    await server.file(`${dir}absent`)
    assert.ok(!(await client.call('exists', at('absent'))), 'cached')
    const before = await server.counts()
    await server.notify('incEpoch').settled
    assert.ok(await client.call('exists', at('absent')))
    await client.call('readFile', at('f'))
    const after = await server.counts()
    // The directory itself, and both names in it.
    assert.equal(after['lookup'], before['lookup']! + 3)
    assert.equal(after['read'], before['read'])
    await client.call('close', fd)
    await server.notify('invalInode', dirNode).settled
  },

  async 'prune: what nobody uses is forgotten, the rest stays'({ server, client, dir, at }) {
    const free = await server.file(`${dir}free`, 'x')
    const used = await server.file(`${dir}used`, 'y')
    await client.call('readFile', at('free'))
    const fd = await client.call('open', at('used'), O.RDONLY)
    await server.ask('forgotten')
    const before = await server.counts()
    await client.call('readFile', at('free'))
    assert.equal((await server.counts())['lookup'], before['lookup'], 'cached')
    await server.notify('prune', [free, used]).settled
    await client.call('readFile', at('free'))
    await client.call('stat', at('used'))
    const after = await server.counts()
    assert.deepEqual(await server.ask('forgotten'), [free])
    assert.deepEqual([after['lookup']! - before['lookup']!, after['read']! - before['read']!], [1, 1])
    await client.call('close', fd)
  },

  async 'prune: more than one message takes'({ server, client, dir, at }) {
    const nodes = await Promise.all(Array.from({ length: 1200 }, (_, i) => server.file(`${dir}${i}`)))
    for (let i = 0; i < nodes.length; i += 1) await client.call('exists', at(String(i)))
    await server.ask('forgotten')
    const { sent } = (await server.notifyStats()).codes.PRUNE
    await server.notify('prune', nodes).settled
    assert.equal((await server.notifyStats()).codes.PRUNE.sent - sent, 3)
    // FORGET has nobody who waits for it; what comes behind it was read later.
    await client.call('statfs', at('..'))
    const forgotten = new Set(await server.ask<number[]>('forgotten'))
    assert.deepEqual(
      nodes.filter((node) => !forgotten.has(node)),
      [],
    )
  },
})
