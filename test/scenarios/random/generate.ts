import type { InitWishes } from '#src/protocol/init-wishes.js'
import type { OpcodeName } from '#src/protocol/opcodes.js'
import { Random } from '../../helpers/random.js'
import type { Scenario, Step } from '../language.js'
import { O_RDWR } from '../scenarios/steps.js'
import { draw, oneIn, type Weighted } from './draw.js'
import { Names } from './names.js'
import { anyNotice, fittingNotice } from './notices.js'
import { randomOperation } from './operations.js'
import { asStep, behaviourChange, contentChange, listAs, openAs, type Change } from './server-changes.js'
import { populate, THEMES } from './theme.js'

/** How long what is valid for a while is so: long enough for the steps of a scenario. */
export const SHORT_MS = 400
const HELD: readonly OpcodeName[] = [
  ...(['LOOKUP', 'GETATTR', 'READ', 'WRITE', 'SETATTR', 'OPEN', 'CREATE', 'UNLINK', 'RENAME', 'MKDIR'] as const),
  ...(['READDIR', 'READDIRPLUS', 'LINK', 'SYMLINK', 'RMDIR', 'READLINK', 'OPENDIR', 'FLUSH', 'FSYNC'] as const),
]

/** The scenario of a seed. */
export function randomScenario(seed: number): Scenario {
  const random = new Random(seed)
  const names = new Names(random, random.pick(THEMES))
  // Time that really passes is dear: few have any.
  const isTimed = oneIn(random, 25)
  const timeouts = isTimed ? [0, SHORT_MS, Infinity] : [0, 0, Infinity, Infinity, Infinity]
  const start = startOf(random, timeouts)
  const defaultPermissions = oneIn(random, 5)
  const does = (by: string): Step => ({ do: randomOperation(names, !defaultPermissions), by })
  const steps = beginning(names)
  const length = 10 + random.below(25)
  while (steps.length < length) steps.push(...nextSteps(names, does, timeouts, isTimed))
  return {
    title: `seed ${seed}`,
    init: wishes(random),
    defaultPermissions,
    setup: populate,
    steps: [...start.map(asStep), ...steps],
  }
}

/** What is open from the beginning on. */
function beginning(names: Names): Step[] {
  const { begins } = names.theme
  if (begins === 'with a file') {
    const [first, second] = [names.file(), names.file()]
    return [
      { do: { op: 'open', path: first, flags: O_RDWR, file: 'x' }, by: 'p' },
      { do: { op: 'open', path: second, flags: O_RDWR, file: 'x' }, by: 'q' },
    ]
  }
  if (begins === 'with nothing') return []
  return [{ do: { op: 'opendir', path: names.directory(), file: 'u' }, by: 'p' }]
}

function startOf(random: Random, timeouts: readonly number[]): Change[] {
  const [entries, attributes, negative] = [random.pick(timeouts), random.pick(timeouts), random.pick([0, ...timeouts])]
  const valid: Change = {
    label: `valid: entries ${entries} ms, attributes ${attributes} ms, no entries ${negative} ms`,
    change: (server) => {
      Object.assign(server, { entryTimeoutMs: entries, attrTimeoutMs: attributes, negativeTimeoutMs: negative })
    },
  }
  return [valid, openAs(random), listAs(random)]
}

function wishes(random: Random): InitWishes {
  const inval = random.below(3)
  const readdirplus = oneIn(random, 2)
  return {
    autoInvalidateData: inval === 1,
    explicitInvalidateData: inval === 2,
    writebackCache: oneIn(random, 3),
    readdirplus,
    readdirplusAuto: readdirplus && oneIn(random, 2),
    atomicTruncate: oneIn(random, 2),
    bigWrites: !oneIn(random, 4),
    cacheSymlinks: !oneIn(random, 4),
    parallelDirectoryOps: !oneIn(random, 4),
    asyncRead: !oneIn(random, 4),
    dontMask: oneIn(random, 4),
    handleKillPrivV2: oneIn(random, 4),
    ...random.pick([{}, {}, { maxReadahead: 0 }, { maxReadahead: 8192 }]),
    // A direct read or write is split where the program's memory has pages, which is wherever that lies: so many pages hold
    // the longest, and it is split by bytes alone.
    ...random.pick([{}, {}, { maxWrite: 4096, maxPages: 4 }, { maxWrite: 8192, maxPages: 4 }]),
  }
}

/** A step of the program of that name. */
type Does = (by: string) => Step

function nextSteps(names: Names, does: Does, timeouts: readonly number[], isTimed: boolean): Step[] {
  const { random, theme } = names
  const choices: Weighted<Step[]> = [
    [30, () => [does('p')]],
    [8, () => [does('q')]],
    [12, () => [anyNotice(names)]],
    [5, () => [asStep(contentChange(names))]],
    [
      6,
      () => {
        const change = contentChange(names)
        return [asStep(change), fittingNotice(names, change.path)]
      },
    ],
    [3, () => [asStep(behaviourChange(random, timeouts))]],
    [theme.holds, () => held(names, does)],
    [isTimed ? 3 : 0, () => [{ pauseMs: SHORT_MS + 100 }]],
  ]
  return draw(random, choices)
}

/** A reply is held back while other things happen. */
function held(names: Names, does: Does): Step[] {
  const { random } = names
  const op = random.pick(HELD)
  const meanwhile = Array.from({ length: 1 + random.below(3) }, () =>
    draw<Step>(random, [
      [2, () => does('q')],
      [3, () => anyNotice(names)],
      [1, () => asStep(contentChange(names))],
    ]),
  )
  return [{ hold: op }, does('p'), ...meanwhile, { release: op }]
}
