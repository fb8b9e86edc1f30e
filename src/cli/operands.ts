import { UsageError } from './failure.js'

/** @param operands as in a usage line, see `Command.operands` @throws UsageError for too few or too many */
export function checkOperands(operands: readonly string[], given: readonly string[]): void {
  const least = operands.filter((operand) => !operand.startsWith('[')).length
  const most = operands.at(-1)?.endsWith('…]') === true ? Infinity : operands.length
  if (given.length >= least && given.length <= most) return
  const needed = operands.length === 0 ? 'no operand' : operands.join(' and ')
  throw new UsageError(`${needed} expected, not ${given.length === 0 ? 'nothing' : `'${given.join(' ')}'`}`)
}
