import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/*
 * A field that a class only declares must not be defined in the compiled code before it is assigned. The class of every
 * request extends one and the same: V8 then sees thirty shapes there, and defining five fields takes longer than all the
 * rest of a request, private ones (#) included.
 */
test('the classes of requests are compiled to assignments', () => {
  const server = fileURLToPath(new URL('../../../../dist/server/', import.meta.url))
  const files = ['context.js', ...readdirSync(join(server, 'requests')).map((file) => join('requests', file))]
  const defined = files
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => [...readFileSync(join(server, file), 'utf8').matchAll(/^ {4}\w+;$/gm)].map(String))
  assert.deepEqual(defined, [])
  assert.doesNotMatch(readFileSync(join(server, 'context.js'), 'utf8'), /#\w/)
})
