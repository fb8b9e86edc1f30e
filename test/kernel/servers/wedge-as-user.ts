import assert from 'node:assert/strict'
import { USER_ID } from '../../helpers/ordinary-user.js'
import { die, freed, jam, startWedge, type Wedge, type WedgeOptions } from '../../helpers/wedge.js'

/* Run in a mount namespace of its own: an ordinary user's server is killed while a notification of its waits. */

const cleanUps: (() => Promise<void> | void)[] = []
const scope = { after: (clean: () => Promise<void> | void) => void cleanUps.push(clean) }

/** Mounts as the user; `then` lives through whatever comes. */
async function each(options: Partial<WedgeOptions>, then: (wedge: Wedge, how: WedgeOptions) => Promise<void>) {
  const how = { notification: 'INVAL_INODE', lane: 'io_uring', guardian: true, uid: USER_ID, ...options } as const
  try {
    const wedge = await startWedge(scope, how)
    assert.equal(wedge.guardian.state, 'on')
    await then(wedge, how)
  } finally {
    for (const clean of cleanUps.splice(0).toReversed()) await clean()
  }
}

for (const notification of ['INVAL_INODE', 'INVAL_ENTRY', 'STORE', 'DELETE'] as const) {
  await each({ notification, lane: notification === 'STORE' ? 'threads' : 'io_uring' }, async (wedge, how) => {
    await jam(wedge, how)
    die(wedge, 'SIGKILL')
    await freed(wedge, 3000)
  })
}
await each({}, async (wedge) => {
  die(wedge, 'exit')
  await freed(wedge, 3000)
})
console.log('well')
