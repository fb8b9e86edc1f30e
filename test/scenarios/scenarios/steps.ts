import type { Operation, Step } from '../language.js'

/* Short words for what programs do most. */

export const stat = (path: string): Step => ({ do: { op: 'stat', path } })
export const list = (path: string): Step => ({ do: { op: 'list', path } })
export const open = (path: string, file: string, flags = 0): Step => ({ do: { op: 'open', path, flags, file } })
export const close = (file: string): Step => ({ do: { op: 'close', file } })
export const read = (file: string, offset: number, length: number): Step => ({
  do: { op: 'read', file, offset, length },
})
export const write = (file: string, offset: number, data: string): Step => ({
  do: { op: 'write', file, offset, data },
})
export const named = (op: 'mkdir' | 'rmdir' | 'unlink' | 'lstat' | 'readlink', path: string): Step => ({
  do: { op, path },
})
export const fstat = (file: string): Step => ({ do: { op: 'fstat', file } })
export const fsync = (file: string): Step => ({ do: { op: 'fsync', file } })

/** Goes on in the background, by a program of its own. */
export const start = (name: string, operation: Operation): Step => ({ do: operation, by: name, start: name })

export const O_WRONLY = 1
export const O_RDWR = 2
export const O_CREAT = 0o100
export const O_EXCL = 0o200
export const O_TRUNC = 0o1000
export const O_APPEND = 0o2000

/** So many bytes of text. */
export const text = (length: number, seed = 0) =>
  Array.from({ length }, (_, i) => String.fromCharCode(97 + ((i * 7 + (i >> 8) + seed) % 26))).join('')
