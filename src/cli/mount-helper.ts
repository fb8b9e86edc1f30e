import { basename } from 'node:path'
import { UsageError } from './failure.js'

/**
 * mount(8) runs `mount.fuse.fusewire SOURCE MOUNTPOINT [-sfnv] [-N NAMESPACE] [-o OPTIONS] [-t TYPE]` for a filesystem of
 * the type `fuse.fusewire`, if there is such a program in /sbin: a link to this one.
 */
export function isMountHelper(program: string): boolean {
  return basename(program).startsWith('mount.')
}

/** The same in our own words; undefined if there is nothing to do (`-f`, a rehearsal). @throws UsageError */
export function helperWords(words: readonly string[]): readonly string[] | undefined {
  const operands: string[] = []
  const own: string[] = []
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!
    if (word === '-f') return undefined
    if (word === '-o') own.push('-o', words[(i += 1)] ?? '')
    else if (word === '-t') i += 1
    else if (word.startsWith('-')) {
      // Sloppy, no mtab, verbose: nothing of them is ours. A namespace would be, and mount(8) enters it itself.
      if (!/^-[snv]+$/.test(word)) throw new UsageError(`there is no option ${word} for a helper of mount(8)`)
    } else operands.push(word)
  }
  return ['mount', '--daemon', ...own, '--', ...operands]
}
