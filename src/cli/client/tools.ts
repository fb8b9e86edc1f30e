import { cat, get, put } from './content.js'
import { df, stat } from './facts.js'
import { find, ls } from './listing.js'
import { ln, mkdir, mv, rm, rmdir } from './names.js'
import type { Tool } from './tool.js'

/** What can be done, in the order in which `--help` lists it. */
export const TOOLS: readonly Tool[] = [ls, find, cat, stat, df, get, put, mkdir, rmdir, rm, mv, ln]
