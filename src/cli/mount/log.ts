import { openSync, writeSync } from 'node:fs'

/**
 * Where to tell of what goes wrong while a mount is served.
 *
 * @param file to be appended to, each time with the date; undefined: standard error. Opened here, before anything is
 *   mounted over it.
 */
export function openLog(file: string | undefined): (text: string) => void {
  if (file === undefined) return (text) => void process.stderr.write(`fusewire: ${text}\n`)
  const fd = openSync(file, 'a')
  return (text) => {
    try {
      writeSync(fd, `${new Date().toISOString()} ${text}\n`)
    } catch {
      // The disk is full: the filesystem goes on without a log.
    }
  }
}
