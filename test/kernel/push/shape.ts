/* Where random changes are made: few places, so that they meet one another. */

export const DIRECTORIES = ['', 'a', 'b', 'c', 'a/in', 'b/in', 'c/in', 'a/in/deep']
export const NAMES = Array.from({ length: 24 }, (_, i) => `n${i}`)

/** Every path at which something may be. */
export function allPaths(): string[] {
  return DIRECTORIES.flatMap((directory) => NAMES.map((name) => (directory === '' ? name : `${directory}/${name}`)))
}
