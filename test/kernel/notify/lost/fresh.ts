import assert from 'node:assert/strict'
import type { Shown } from '../client/snapshot.js'
import type { Context } from '../lanes.js'

/** Asserts that the client is shown what the source has, below the directory of the test. */
export async function assertFresh({ server, client, dir, at }: Context, what = ''): Promise<void> {
  // Before anything looks at the directory's attributes: new ones would make the kernel list it anew.
  const names = await client.call('list', at())
  const shown = await client.call('snapshot', at().slice(0, -1))
  const expected = await server.ask<Shown[]>('expected', dir.slice(0, -1))
  const first = expected.map(({ path }) => path).filter((path) => path !== '' && !path.includes('/'))
  assert.deepEqual(names, first.toSorted(), `the listing, ${what}`)
  assert.deepEqual(shown.map(brief), expected.map(brief), what)
}

/** With content that can be read in a report. */
export function brief({ content, ...rest }: Shown): object {
  if (content === undefined) return rest
  const text = content.toString('latin1')
  return { ...rest, content: text.length > 60 ? `${text.slice(0, 60)}… ${hash(content)}` : text }
}

function hash(bytes: Buffer): number {
  let h = 0
  for (const byte of bytes) h = (Math.imul(h, 31) + byte) | 0
  return h
}
