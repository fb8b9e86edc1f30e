import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotMountAsUser, inPrivateNamespace } from '../helpers/private-namespace.js'

test(
  'the guardian of an ordinary user aborts his connection and takes his mount away',
  { skip: cannotMountAsUser(), timeout: 60_000 },
  async () => {
    const program = new URL('servers/wedge-as-user.js', import.meta.url)
    assert.equal((await inPrivateNamespace(program, [])).trim(), 'well')
  },
)
