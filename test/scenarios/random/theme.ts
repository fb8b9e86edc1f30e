import { text } from '../scenarios/steps.js'
import type { Scripted } from '../../helpers/scripted.js'

/** What a scenario is about most. The numbers say how often each kind of step is taken. */
export interface Theme {
  readonly files: readonly string[]
  readonly directories: readonly string[]
  readonly looks: number
  readonly opens: number
  readonly onFiles: number
  readonly onDirectories: number
  readonly changes: number
  /** Replies that are held back while other things happen. */
  readonly holds: number
  /** One of the files, or of the directories, is open from the beginning on. */
  readonly begins: 'with a file' | 'with a directory' | 'with nothing'
}

const FILES = ['/a', '/b', '/d/a', '/d/b', '/d/e/a'] as const
const DIRECTORIES = ['/', '/d', '/d/e'] as const
const EVERYTHING: Theme = {
  files: FILES,
  directories: DIRECTORIES,
  looks: 16,
  opens: 12,
  onFiles: 22,
  onDirectories: 8,
  changes: 18,
  holds: 4,
  begins: 'with nothing',
}

export const THEMES: readonly Theme[] = [
  EVERYTHING,
  EVERYTHING,
  {
    ...EVERYTHING,
    files: ['/b', '/d/a', '/large'],
    opens: 6,
    looks: 6,
    onFiles: 60,
    changes: 3,
    onDirectories: 1,
    begins: 'with a file',
  },
  { ...EVERYTHING, changes: 50, onFiles: 5 },
  {
    ...EVERYTHING,
    directories: ['/', '/d', '/many'],
    onDirectories: 60,
    opens: 3,
    onFiles: 2,
    begins: 'with a directory',
  },
  { ...EVERYTHING, files: ['/a', '/d/a'], directories: ['/', '/d'], holds: 25 },
]

/** How many names the directory has that is longer than a page of a listing. */
const MANY = 300

/** What is there at first, for any theme. */
export function populate(server: Scripted): void {
  server.ticks = true
  server.add('/a', text(100))
  server.add('/b', text(9000, 1))
  server.add('/d/a', text(5000, 2))
  server.add('/d/b', '')
  server.add('/d/e/a', text(20_000, 3))
  server.add('/l', { to: 'd' })
  server.add('/m', { to: 'a' })
  server.add('/large', LARGE)
  for (let i = 0; i < MANY; i += 1) server.add(`/many/${i}`, '')
}

const LARGE = text(400_000, 4)
