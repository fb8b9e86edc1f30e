import type { Scenario } from '../language.js'

/** A difference, for people: each step, and what Linux and the client made of those where they differ. */
export function reportOf(scenario: Scenario, kernel: readonly string[], client: readonly string[]): string {
  const { title, init = {}, defaultPermissions = false } = scenario
  const head = `${title}, ${JSON.stringify(init)}${defaultPermissions ? ', default_permissions' : ''}`
  const lines = [head]
  for (let i = 0; i < Math.max(kernel.length, client.length); i += 1) {
    const [right, ours] = [kernel[i], client[i]]
    // At the end only what differs.
    if (right === ours) lines.push(...(i < scenario.steps.length ? [`    ${right}`] : []))
    else lines.push(`  Linux:  ${right ?? 'nothing'}`, `  client: ${ours ?? 'nothing'}`)
  }
  return lines.join('\n')
}
