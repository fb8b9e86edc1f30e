import { generate } from './generate.js'
import { interpretStruct } from './interpret-struct.js'
import type { StructCodec, StructLayout, Variant } from './layout.js'
import { isI64, isU64, readSignedAny } from './scalars.js'
import { StructSource, unlessWrong, unlessWrongValues } from './struct-source.js'

/**
 * Turns a struct table into JavaScript once, at load: a codec, or undefined where code generation is forbidden. Walking
 * the table costs twenty times as much per message; code written by hand is as fast but would say every offset a second
 * time.
 *
 * What is wrong is left to the interpreter, which goes through the fields one by one and says which it is. So the code
 * stays small, and V8 inlines only small functions.
 */
export function compileStruct<T, I>(layout: StructLayout, variant: Variant): StructCodec<T, I> | undefined {
  const size = variant.size ?? layout.size
  const source = new StructSource(size, variant.exact ?? false, 'offset', '')
  const shape = source.decoder(layout)
  source.encoder(layout, (field) => `value.${field}`)
  const code = `return {
decode(view, offset, end) {
if (offset + ${size} > end) return refuse.decode(view, offset, end)
${source.temporaries.join('\n')}
${unlessWrong(source.wrongReads, 'return refuse.decode(view, offset, end)')}
return ${shape}
},
encode(view, offset, value) {
if (offset + ${size} > view.byteLength) return refuse.encode(view, offset, value)
${source.values.join('\n')}
${unlessWrongValues(source.wrongWrites, 'wrong', 'return refuse.encode(view, offset, value)')}
${source.writes.join('\n')}
},
}`
  return generate({ isI64, isU64, readSignedAny, refuse: interpretStruct<T, I>(layout, variant) }, code)
}
