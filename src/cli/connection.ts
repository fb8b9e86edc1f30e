import { connectionAt } from '../diagnostics/index.js'

/** A mount point, or the number of a connection: what consists of digits alone. `./41` is a directory of that name. */
export function targetOf(operand: string): string | number {
  return /^\d+$/.test(operand) ? Number(operand) : operand
}

/** The same as the number of a connection. @throws MountError ERR_NOT_MOUNTED */
export function connectionOf(operand: string): number {
  const target = targetOf(operand)
  return typeof target === 'number' ? target : connectionAt(target)
}

/** A text of somebody else's, for a terminal: it must not command it. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
