/**
 * A function from source, or undefined where code generation from strings is forbidden (a content security policy, or
 * `--disallow-code-generation-from-strings`). Only names from our own tables may reach `code`.
 * @param values what the code may use, by name; it is the body of a function of these
 */
// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- the source says what it makes, and only its author knows
export function generate<T>(values: Readonly<Record<string, unknown>>, code: string): T | undefined {
  try {
    // eslint-disable-next-line no-new-func, typescript/no-implied-eval
    const factory = new Function(...Object.keys(values), `'use strict'\n${code}`) as (...given: unknown[]) => T
    return factory(...Object.values(values))
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}
