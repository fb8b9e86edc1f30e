import { readFastCountedText, readFastText, writeFastText } from './fast-text.js'
import { readNodeIds, writeBytes, writeNodeIds } from './interpret-parts.js'
import {
  countDiffers,
  doesNotFit,
  leftOver,
  notBytes,
  padded,
  structSize,
  type PartsCodec,
  type PartsOptions,
} from './parts-codec.js'
import type { FieldRef, Part } from './parts.js'
import { endOfText } from './text.js'

/*
 * Turns the parts of a row into JavaScript once, when the first message of its kind comes: the decoded message is one
 * object literal, so that every message of a kind has the same hidden class and no property is added later.
 */

/** What generated code may call. */
const SUPPORT = {
  countDiffers,
  doesNotFit,
  endOfText,
  leftOver,
  notBytes,
  padded,
  readFastCountedText,
  readFastText,
  readNodeIds,
  writeBytes,
  writeFastText,
  writeNodeIds,
}

/** A compiled codec, or undefined where code generation from strings is forbidden. */
export function compileParts(parts: readonly Part[], options: PartsOptions): PartsCodec | undefined {
  const source = new Source(options)
  for (const part of parts) source.add(part)
  const code = `'use strict'
const { ${Object.keys(SUPPORT).join(', ')} } = support
return {
decode(message, start, end, tag, header) {
const view = message.view, bytes = message.bytes
let at = start
${source.reads.join('\n')}
if (at !== end) throw leftOver(at, end)
${source.result()}
},
encode(message, start, value, headOnly) {
const view = message.view, bytes = message.bytes
let at = start
${source.writes.join('\n')}
return at
},
}`
  try {
    // eslint-disable-next-line no-new-func, typescript/no-implied-eval
    const factory = new Function('support', 'codecs', code) as (
      support: typeof SUPPORT,
      codecs: readonly object[],
    ) => PartsCodec
    return factory(SUPPORT, source.codecs)
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}

/** The statements of one decoder and one encoder, in the making. A decoded part is a constant of its own name. */
class Source {
  readonly reads: string[] = []
  readonly writes: string[] = []
  /** The struct codecs that the code calls as `codecs[i]`. */
  readonly codecs: object[] = []
  private readonly keys: string[] = []
  /** Properties that are there only sometimes: statements that add them to `result`. */
  private readonly optional: string[] = []
  private readonly options: PartsOptions

  constructor(options: PartsOptions) {
    this.options = options
  }

  result(): string {
    const { shape } = this.options
    const first = shape === 'notification' ? 'notification: tag, header' : 'op: tag, header'
    const ok = shape === 'reply' ? ['ok: true'] : []
    const literal = `{ ${[first, ...ok, ...this.keys.map((key) => `${key}: $${key}`)].join(', ')} }`
    if (this.optional.length === 0) return `return ${literal}`
    return `const result = ${literal}\n${this.optional.join('\n')}\nreturn result`
  }

  add(part: Part): void {
    if (part.kind !== 'ignored') this.keys.push(part.key)
    switch (part.kind) {
      case 'struct':
        return this.addStruct(part)
      case 'text':
        this.reads.push(`const nul_${part.key} = endOfText(bytes, at, end, '${part.key}')`)
        this.reads.push(
          `const $${part.key} = readFastText(bytes, at, nul_${part.key}, ${part.component}, '${part.key}')`,
        )
        this.reads.push(`at = nul_${part.key} + 1`)
        this.writes.push(`at = writeFastText(bytes, at, value.${part.key}, ${part.component}, '${part.key}')`)
        return
      case 'counted-text':
        return this.addCountedText(part)
      case 'bytes':
        return this.addBytes(part)
      case 'array':
        return this.addArray(part)
      case 'node-ids': {
        const size = `8 * ${read(part.count)}`
        this.refuseUnlessThere(part.count, size)
        this.reads.push(`const $${part.key} = readNodeIds(view, at, ${size}, ${this.options.exact}, '${part.key}')`)
        this.reads.push(`at += ${size}`)
        this.refuseUnlessCounted(part.count, `value.${part.key}.length`)
        this.writes.push(`at = writeNodeIds(message, at, value.${part.key}, '${part.key}')`)
        return
      }
      case 'ignored':
        this.reads.push('const body = at < end ? bytes.subarray(at, end) : undefined; at = end')
        this.optional.push('if (body !== undefined) result.body = body')
        this.writes.push(
          `if (value.body instanceof Uint8Array) at = writeBytes(message, at, value.body, false, 'body')`,
        )
    }
  }

  private addStruct(part: Extract<Part, { kind: 'struct' }>): void {
    const size = structSize(part, this.options.wire)
    const codec = this.codec(part.struct.variant({ size, exact: this.options.exact }))
    if (part.elastic === true) {
      const whole = this.codec(part.struct.variant({ exact: this.options.exact }))
      const view = `padded(message, at, end, ${part.struct.size})`
      this.reads.push(`const $${part.key} = ${whole}.decode(${view}, 0, ${part.struct.size}); at = end`)
    } else {
      this.reads.push(`const $${part.key} = ${codec}.decode(view, at, end); at += ${size}`)
    }
    this.writes.push(`${codec}.encode(view, at, value.${part.key}); at += ${size}`)
  }

  private addCountedText(part: Extract<Part, { kind: 'counted-text' }>): void {
    const length = read(part.length)
    this.refuseUnlessThere(part.length, `${length} + 1`)
    this.reads.push(`const $${part.key} = readFastCountedText(bytes, at, at + ${length}, '${part.key}')`)
    this.reads.push(`const terminator = bytes[at + ${length}]; at += ${length} + 1`)
    this.optional.push('if (terminator !== 0) result.terminator = terminator')
    this.writes.push(`const start_${part.key} = at`)
    this.writes.push(`at = writeFastText(bytes, at, value.${part.key}, false, '${part.key}', value.terminator)`)
    this.refuseUnlessCounted(part.length, `at - start_${part.key} - 1`)
  }

  private addBytes(part: Extract<Part, { kind: 'bytes' }>): void {
    const length = part.length === 'rest' ? 'end - at' : read(part.length)
    if (part.length !== 'rest') this.refuseUnlessThere(part.length, length)
    this.reads.push(`const $${part.key} = bytes.subarray(at, at + (${length})); at += $${part.key}.length`)
    this.writes.push(`if (!(value.${part.key} instanceof Uint8Array)) throw notBytes('${part.key}', at)`)
    if (part.length !== 'rest') this.refuseUnlessCounted(part.length, `value.${part.key}.length`)
    this.writes.push(`at = writeBytes(message, at, value.${part.key}, headOnly, '${part.key}')`)
  }

  private addArray(part: Extract<Part, { kind: 'array' }>): void {
    const codec = this.codec(part.struct.variant({ exact: this.options.exact }))
    const { size } = part.struct
    this.refuseUnlessThere(part.count, `${size} * ${read(part.count)}`)
    this.reads.push(`const $${part.key} = []`)
    this.reads.push(`for (const last = at + ${size} * ${read(part.count)}; at < last; at += ${size})`)
    this.reads.push(`$${part.key}.push(${codec}.decode(view, at, end))`)
    this.refuseUnlessCounted(part.count, `value.${part.key}.length`)
    this.writes.push(`for (const item of value.${part.key}) { ${codec}.encode(view, at, item); at += ${size} }`)
  }

  private refuseUnlessThere(ref: FieldRef, size: string): void {
    this.reads.push(`if (at + (${size}) > end) throw doesNotFit(${JSON.stringify(ref)}, at, ${size}, end - at)`)
  }

  private refuseUnlessCounted(ref: FieldRef, actual: string): void {
    const said = `value.${ref.struct}.${ref.field}`
    this.writes.push(`if (${said} !== ${actual}) throw countDiffers(${JSON.stringify(ref)}, at, ${said}, ${actual})`)
  }

  private codec(codec: object): string {
    this.codecs.push(codec)
    return `codecs[${this.codecs.length - 1}]`
  }
}

/** A field of a part that has been decoded before. */
function read(ref: FieldRef): string {
  return `$${ref.struct}.${ref.field}`
}
