/* All that session.test.ts tests, on the plain loop: servers look at this variable. */
process.env['FUSEWIRE_TEST_LOOP'] = 'plain'
await import('./session.test.js')
