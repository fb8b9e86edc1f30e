/** Content, in a form that fits a line. */
export function digest(bytes: Uint8Array): string {
  let sum = 0
  for (const byte of bytes) sum = (sum * 31 + byte) >>> 0
  return `${bytes.length} bytes ${Buffer.from(bytes.subarray(0, 12)).toString('latin1').replaceAll('\0', '.')} #${sum}`
}
