import type { Client } from '#src/client/client.js'

const KIB = 1024

/** One kind of load. */
export interface Row {
  readonly name: string
  /** How many calls are under way at once. */
  readonly atOnce: number
  /** Makes what one call needs; the function that it returns is the call, and may be under way several times. */
  readonly prepare: (client: Client) => Promise<() => Promise<unknown>>
}

const stat = async ({ fs }: Client) => {
  await fs.stat('/cached')
  return () => fs.stat('/cached', { sync: 'force' })
}

function read(path: string, bytes: number) {
  return async ({ fs }: Client) => {
    const file = await fs.open(path)
    const buffer = new Uint8Array(bytes)
    // What is in the cache already costs no request.
    await file.read(buffer, 0, bytes, 0)
    return () => file.read(buffer, 0, bytes, 0)
  }
}

function write(bytes: number) {
  return async ({ fs }: Client) => {
    const file = await fs.open('/direct', 'r+')
    const buffer = new Uint8Array(bytes)
    return () => file.write(buffer, 0, bytes, 0)
  }
}

export const ROWS: readonly Row[] = [
  { name: 'GETATTR', atOnce: 1, prepare: stat },
  { name: 'GETATTR', atOnce: 32, prepare: stat },
  { name: 'READ 4 KiB', atOnce: 1, prepare: read('/direct', 4 * KIB) },
  { name: 'READ 4 KiB', atOnce: 32, prepare: read('/direct', 4 * KIB) },
  { name: 'READ 128 KiB', atOnce: 1, prepare: read('/direct', 128 * KIB) },
  { name: 'READ 128 KiB', atOnce: 8, prepare: read('/direct', 128 * KIB) },
  { name: 'WRITE 4 KiB', atOnce: 1, prepare: write(4 * KIB) },
  { name: 'WRITE 128 KiB', atOnce: 8, prepare: write(128 * KIB) },
  {
    name: 'cached stat',
    atOnce: 1,
    prepare:
      async ({ fs }) =>
      () =>
        fs.stat('/cached'),
  },
  { name: 'cached read 4 KiB', atOnce: 1, prepare: read('/cached', 4 * KIB) },
  { name: 'cached read 128 KiB', atOnce: 1, prepare: read('/cached', 128 * KIB) },
]
