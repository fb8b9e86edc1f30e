import type { NodeId } from '#src/base/ids.js'
import type { ChangeBatch } from '#src/changes/feed.js'
import type { Following } from '#src/changes/follow.js'
import { mount } from '#src/mount.js'
import { dieWithParent } from '../../../contract/filesystem/credentials.js'
import { ScriptedFileSystem } from './filesystem.js'
import type { Action, Answer, Event, Question, Rule, ServerSettings, Settled } from './messages.js'
import { Rules } from './rules.js'
import { churn, type ChurnOptions } from './churn.js'
import { expected } from './expected.js'
import { Queue } from './queue.js'
import { rawInvalidation } from './raw.js'
import { Tree } from './tree.js'

/* A filesystem that does what a test tells it. Run with the mount point and the settings. */

dieWithParent()
const [mountpoint, text] = process.argv.slice(2)
const settings = JSON.parse(text!) as ServerSettings
const tell = (event: Event) => process.send?.(event)
const tree = new Tree()
const rules = new Rules(act, tell)
const fs = new ScriptedFileSystem(tree, rules)
const absent = [...(settings.without ?? []), ...(settings.plus === true ? [] : ['readdirplus'])]
if (settings.statx !== true) absent.push('statx')
for (const method of absent) Object.defineProperty(fs, method, { value: undefined })

const mounted = await mount(fs, mountpoint!, {
  fsname: 'scripted',
  allowOther: true,
  entryTimeoutMs: Infinity,
  attrTimeoutMs: Infinity,
  negativeTimeoutMs: Infinity,
  keepCache: true,
  cacheDir: true,
  defaultPermissions: settings.defaultPermissions ?? false,
  notifyVia: settings.via,
  maxKnownNodes: settings.maxKnownNodes ?? Infinity,
  init: settings.init ?? {},
  notify: settings.notify ?? {},
  onError: (error, request) => tell({ event: 'fault', reason: `${request}: ${String(error)}` }),
})

function act(action: Action): void {
  if ('raw' in action) rawInvalidation(action.raw)
  else if ('tree' in action) run(tree, action.tree, action.args)
  else void notify(action.notify, action.args).then((settled) => tell({ event: 'settled', call: action.call, settled }))
}

async function notify(method: string, args: readonly unknown[]): Promise<Settled> {
  try {
    return { value: await run(mounted.notify, method, args) }
  } catch (error) {
    const { name, code, message } = error as Error & { code: string }
    return { error: { name, code, message } }
  }
}

function run(target: object, method: string, args: readonly unknown[]): unknown {
  return (target as Record<string, (...values: unknown[]) => unknown>)[method]!(...args)
}

/** What the test may ask. */
const QUESTIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  tree: (method: string, ...args: unknown[]) => run(tree, method, args),
  act: (...actions: Action[]) => actions.forEach(act),
  rule: (id: number, rule: Rule) => rules.add(id, rule),
  release: (id: number) => rules.release(id),
  counts: () => ({ ...rules.counts }),
  log: () => rules.log.splice(0),
  forgotten: () => fs.forgotten.splice(0),
  stats: () => mounted.stats(),
  wake: (node: never) => fs.polls.get(node)?.wake(),
  unmount: (mode?: 'lazy' | 'force') => mounted.unmount(mode === undefined ? {} : { mode }),
  node: (path: string) => tree.at(path).id,
  content: (path: string) => tree.at(path).content,
  lastMade: () => [...tree.items.keys()].at(-1),
  resize: (node: NodeId, length: number) => tree.resize(tree.item(node), length),
  churn: (options: ChurnOptions) => churn(tree, mounted, options),
  expected: (path: string) => expected(tree, path),
  change: (verb: string, ...args: unknown[]) => run(mounted.changes, verb, args),
  follow: () => {
    const queue = new Queue()
    const following = mounted.follow(queue, {
      saveCursor: (cursor) => void followed.cursors.push(cursor),
      onGap: ({ reason }) => void followed.gaps.push(reason),
    })
    followed.queue = queue
    followed.following = following
  },
  feed: (batch: ChangeBatch<number> | 'end') => followed.queue?.push(batch),
  followed: async () => {
    await followed.following?.ended
    return followed.gaps
  },
  cursors: () => followed.cursors,
  batch: (...edits: [method: string, ...args: unknown[]][]) =>
    mounted.changes.batch((batch) => edits.forEach(([method, ...args]) => run(batch, method, args))),
}

/** What is followed. */
const followed: { queue?: Queue; following?: Following; readonly cursors: number[]; readonly gaps: string[] } = {
  cursors: [],
  gaps: [],
}

process.on('message', (question: Question) => {
  void answer(question).then((said: Answer) => process.send?.(said))
})

async function answer({ id, what, args }: Question): Promise<Answer> {
  try {
    return { id, result: await run(QUESTIONS, what, args) }
  } catch (error) {
    return { id, failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

tell({ event: 'ready', lane: mounted.notifyVia.lane })
const reason = await mounted.closed.then(() => 'unmounted', String)
tell({ event: 'ended', reason })
