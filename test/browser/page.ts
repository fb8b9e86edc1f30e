import { EXPECTED, runEverywhere } from './program.js'

/* The script of a page: what it writes into the document is what the test reads. */

interface Page {
  readonly document: { readonly body: { textContent: string } }
}

const { document } = globalThis as unknown as Page
try {
  const seen = await runEverywhere()
  document.body.textContent = JSON.stringify({ seen, expected: EXPECTED })
} catch (error) {
  document.body.textContent = JSON.stringify({ failed: String((error as Error).stack) })
}
