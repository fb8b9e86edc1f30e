import { fusewire } from './command.js'

interface Report {
  readonly canMount: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string; readonly advice?: string }>>
}

/** Why nothing can be mounted here, and what to do about it; undefined if it can. */
export function whyNot(): string | undefined {
  const { output } = fusewire('probe', '--json')
  let report: Report
  try {
    report = JSON.parse(output) as Report
  } catch {
    return `  ${output.trim()}`
  }
  if (report.canMount) return undefined
  const { device, way, mount } = report.checks
  const lines = [device, way, mount].flatMap((check) => {
    if (check === undefined || check.ok || check.detail.startsWith('not tried')) return []
    return [`  ${check.detail}`, ...(check.advice === undefined ? [] : [`    do: ${check.advice}`])]
  })
  return lines.join('\n')
}
