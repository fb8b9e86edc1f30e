import { readFileSync } from 'node:fs'

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** One message exchanged with a real kernel; see test/data/README.md. */
export interface Vector {
  readonly name: string
  readonly direction: 'request' | 'reply' | 'notification'
  readonly op?: string
  readonly notification?: string
  readonly request?: string
  readonly session: string
  /** What the kernel said of it: `accepted`, or an errno's name; null for what the kernel itself sent. */
  readonly result: string | null
  readonly note?: string
  readonly hex: string
  readonly decoded: Record<string, Json>
}

export interface GoldenSession {
  readonly replyMinor?: number
  readonly replyFlags?: readonly string[]
}

interface Golden {
  readonly sessions: Record<string, GoldenSession>
  readonly vectors: readonly Vector[]
}

/** A JSON file of test/data. */
export function readData(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../test/data/${name}`, import.meta.url), 'utf8')) as unknown
}

export const golden = readData('golden-vectors.json') as Golden

/** A decoded message in the form of the golden file: 64-bit numbers past 2^53 - 1 and bytes in hexadecimal. */
export function toGolden(value: unknown): Json {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'bigint') return `0x${value.toString(16).padStart(16, '0')}`
  if (typeof value === 'string') return textToGolden(value)
  if (Array.isArray(value)) return value.map(toGolden)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toGolden(item)]))
  }
  return value as Json
}

/** A name that is not UTF-8 stands there as its bytes. */
function textToGolden(text: string): Json {
  if (!/[\udc80-\udcff]/u.test(text)) return text
  const bytes = Array.from(text).flatMap((c) => {
    const point = c.codePointAt(0)!
    return point >= 0xdc80 && point <= 0xdcff ? [point & 0xff] : [...Buffer.from(c)]
  })
  return { hex: Buffer.from(bytes).toString('hex') }
}
