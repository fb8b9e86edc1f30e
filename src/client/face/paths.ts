/* Paths as text, as far as copying needs them. The root is where relative ones start. */

/** The names on the way from the root; "." and ".." are done, links are not followed. */
export function namesOf(path: string): string[] {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return names
}

/** An absolute path; `path` starts in `directory` if it does not start with a slash. */
export function absolute(path: string, directory = '/'): string {
  return `/${namesOf(path.startsWith('/') ? path : `${directory}/${path}`).join('/')}`
}

/** The directory that an absolute path is in: the root is in itself. */
export function parentOf(path: string): string {
  return `/${namesOf(path).slice(0, -1).join('/')}`
}

/** Whether `path` is `directory` or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  const names = namesOf(path)
  return namesOf(directory).every((name, i) => names[i] === name)
}
