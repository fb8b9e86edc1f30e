import { readFastCountedText, readFastText, writeFastText } from './fast-text.js'
import { generate } from './generate.js'
import { readNodeIds, writeNodeIds } from './interpret-parts.js'
import { interpretStruct } from './interpret-struct.js'
import type { StructLayout } from './layout.js'
import {
  EXTENSION_UNIT,
  countDiffers,
  doesNotFit,
  leftOver,
  notBytes,
  padded,
  structSize,
  writeBytes,
  writeExtensionArea,
  type PartsCodec,
  type PartsOptions,
  type Shape,
} from './parts-codec.js'
import type { FieldRef, Part } from './parts.js'
import { isI64, isU64, readSignedAny } from './scalars.js'
import { StructSource, unlessWrong, unlessWrongValues } from './struct-source.js'
import { fuse_in_header, fuse_out_header } from './structs/header.js'
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
  isI64,
  isU64,
  readSignedAny,
  writeExtensionArea,
}

/** A compiled codec, or undefined where code generation is forbidden. */
export function compileParts(parts: readonly Part[], options: PartsOptions): PartsCodec | undefined {
  const source = new Source(options)
  for (const part of parts) source.add(part)
  source.addHeader(parts)
  const code = `return {
decode(message, start, end, tag, header) {
const view = message.view, bytes = message.bytes
let at = start
${source.reads.join('\n')}
if (at !== end) throw leftOver(at, end)
${source.result()}
},
encode(message, start, value, headOnly) {
const view = message.view, bytes = message.bytes
let at = start + ${headerOf(options.shape).size}
${source.writes.join('\n')}
return at
},
}`
  return generate({ ...SUPPORT, codecs: source.codecs }, code)
}

function headerOf(shape: Shape): StructLayout {
  return shape === 'request' ? fuse_in_header : fuse_out_header
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

  /** The header, once the parts are written and their length is known. */
  addHeader(parts: readonly Part[]): void {
    const { shape, code, exact } = this.options
    const header = headerOf(shape)
    const last = parts.at(-1)
    const trailing = last?.kind === 'bytes' ? `(headOnly ? value.${last.key}.length : 0)` : '0'
    const known: Record<string, string> = { len: `at - start + ${trailing}` }
    if (shape === 'request') {
      this.writes.push('const area = value.extensions')
      this.writes.push('if (area !== undefined) at = writeExtensionArea(message, at, area, headOnly)')
      known['opcode'] = String(code)
      known['total_extlen'] = `area === undefined ? 0 : area.length / ${EXTENSION_UNIT}`
    } else {
      known['error'] = shape === 'reply' ? '0' : String(code)
      known['unique'] = shape === 'reply' ? 'value.unique' : '0'
    }
    const source = new StructSource(header.size, exact, 'start', 'h')
    source.encoder(header, (field) => known[field] ?? `value.header.${field}`)
    const fields = header.fields.map(({ name }) => `${name}: ${known[name] ?? `value.header.${name}`}`)
    const refuse = `${this.codec(interpretStruct(header, { exact }))}.encode(view, start, { ${fields.join(', ')} })`
    this.writes.push(
      ...source.values,
      unlessWrongValues(source.wrongWrites, 'wrongHeader', `return ${refuse}`),
      ...source.writes,
    )
  }

  private addStruct(part: Extract<Part, { kind: 'struct' }>): void {
    const { wire, exact } = this.options
    const size = structSize(part, wire)
    const index = this.codecs.length
    const refuse = this.codec(interpretStruct(part.struct, { size, exact }))
    const source = new StructSource(size, exact, `s${index}`, `s${index}_`)
    if (part.elastic === true) {
      const whole = this.codec(part.struct.variant({ exact }))
      const view = `padded(message, at, end, ${part.struct.size})`
      this.reads.push(`const $${part.key} = ${whole}.decode(${view}, 0, ${part.struct.size}); at = end`)
    } else {
      const shape = source.decoder(part.struct)
      this.reads.push(`const s${index} = at`)
      this.reads.push(`if (s${index} + ${size} > end) return ${refuse}.decode(view, s${index}, end)`)
      this.reads.push(...source.temporaries)
      this.reads.push(unlessWrong(source.wrongReads, `return ${refuse}.decode(view, s${index}, end)`))
      this.reads.push(`const $${part.key} = ${shape}; at = s${index} + ${size}`)
    }
    source.encoder(part.struct, (field) => `value.${part.key}.${field}`)
    const refused = `return ${refuse}.encode(view, s${index}, value.${part.key})`
    this.writes.push(`const s${index} = at`)
    this.writes.push(`if (s${index} + ${size} > view.byteLength) ${refused}`)
    this.writes.push(
      ...source.values,
      unlessWrongValues(source.wrongWrites, `wrong${index}`, refused),
      ...source.writes,
    )
    this.writes.push(`at = s${index} + ${size}`)
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
