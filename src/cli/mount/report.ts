import type { Mount } from '../../index.js'
import type { MountStatus } from '../../diagnostics/index.js'
import { jsonOf } from '../status/json.js'
import { viewOf } from '../status/view.js'

/** On SIGUSR1 tells once what the mount is doing; rates are since it did so last. */
export function reportOnSignal({ status }: Pick<Mount, 'status'>, json: boolean, tell: (text: string) => void): void {
  let before: MountStatus | undefined
  process.on('SIGUSR1', () => {
    const now = status()
    tell(json ? jsonOf(now, before) : viewOf(now, before).join('\n'))
    before = now
  })
}
