/* What Node throws for arguments that cannot be: the same codes, on the same kinds of errors. */

/** An argument of a type that it cannot have. */
export function wrongType(name: string, wanted: string, got: unknown): TypeError {
  return coded(new TypeError(`${name} must be ${wanted}, not ${describe(got)}`), 'ERR_INVALID_ARG_TYPE')
}

/** An argument that no call can work with. */
export function wrongValue(name: string, got: unknown, why: string): TypeError {
  return coded(new TypeError(`${name} ${describe(got)}: ${why}`), 'ERR_INVALID_ARG_VALUE')
}

/** A number beyond its bounds. */
export function outOfRange(name: string, bounds: string, got: unknown): RangeError {
  return coded(new RangeError(`${name} must be ${bounds}, not ${describe(got)}`), 'ERR_OUT_OF_RANGE')
}

/** `error` with a code as Node's errors have it. */
export function coded<T extends Error>(error: T, code: string): T & { readonly code: string } {
  return Object.assign(error, { code })
}

/** @throws RangeError ERR_OUT_OF_RANGE, TypeError ERR_INVALID_ARG_TYPE */
export function checkInteger(name: string, value: unknown, least: number, most: number): asserts value is number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value)
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value)
  if (value < least || value > most) throw outOfRange(name, `between ${least} and ${most}`, value)
}

/** @throws TypeError ERR_INVALID_ARG_TYPE unless it is a boolean, or undefined */
export function checkBooleans(options: object, names: readonly string[]): void {
  for (const name of names) {
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && typeof value !== 'boolean') throw wrongType(`options.${name}`, 'a boolean', value)
  }
}

/** @throws TypeError ERR_INVALID_ARG_TYPE for a value that cannot be options */
export function checkObject(value: unknown): void {
  if (typeof value !== 'object' || value === null) throw wrongType('options', 'an object', value)
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null
    ? 'an object'
    : typeof value === 'function'
      ? 'a function'
      : String(value)
}
