import { ProtocolError } from '../base/errors.js'
import { messageBuffer } from './message.js'
import { endOfText, readText, textLength, writeText } from './text.js'

/** The names in the reply to LISTXATTR. @throws ProtocolError if the last has no NUL behind it, or one is empty */
export function readXattrNames(names: Uint8Array): string[] {
  const found: string[] = []
  for (let at = 0; at < names.length;) {
    const nul = endOfText(names, at, names.length, 'names')
    if (nul === at) throw new ProtocolError('LISTXATTR', 'names', at, 'has an empty name')
    found.push(readText(names, at, nul, false, 'names'))
    at = nul + 1
  }
  return found
}

/** `names` for the reply to LISTXATTR, each with its NUL. @throws ProtocolError if one is empty, or has a NUL */
export function writeXattrNames(names: readonly string[]): Uint8Array {
  const { bytes } = messageBuffer(names.reduce((sum, name) => sum + textLength(name, 'names') + 1, 0))
  let at = 0
  for (const name of names) {
    if (name === '') throw new ProtocolError('LISTXATTR', 'names', at, 'has an empty name')
    at = writeText(bytes, at, name, false, 'names')
  }
  return bytes
}
