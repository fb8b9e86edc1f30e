import type { Case } from '../case.js'
import { attributes } from './attributes.js'
import { copying } from './copying.js'
import { directories } from './directories.js'
import { handles } from './handles.js'
import { names } from './names.js'
import { opening } from './opening.js'
import { paths } from './paths.js'
import { wholeFiles } from './whole-files.js'
import { streams } from './streams.js'
import { watching } from './watching.js'

/** All cases, by subject. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  paths,
  opening,
  'whole files': wholeFiles,
  handles,
  streams,
  names,
  directories,
  attributes,
  copying,
  watching,
}
