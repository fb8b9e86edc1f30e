import { accessSync, constants } from 'node:fs'

/** Why tests that mount cannot run here, or false. */
export function cannotMount(): string | false {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK)
    return false
  } catch {
    return 'needs /dev/fuse'
  }
}
