/**
 * A table in the form that prettier keeps: every column as wide as its widest cell. `cells` are Markdown, one line each.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', String.raw`\|`)))
  const widths = head.map((_, column) => Math.max(3, ...escaped.map((row) => row[column]!.length)))
  const lines = escaped.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column]!))))
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [lines[0]!, rule, ...lines.slice(1)].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** A name as code. */
export function code(text: string | number): string {
  return `\`${text}\``
}

/** A minor of protocol 7, as the tables have it: 0 is older than the changelog, null is not in it. */
export function sinceMinor(minor: number | null): string {
  if (minor === null) return 'unknown'
  return minor === 0 ? 'before 7.1' : `7.${minor}`
}
