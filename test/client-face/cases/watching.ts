import { differs, same, type Case, type Stage } from '../case.js'

/* watch(): the first event of a change. Node 20 loses those that come in the same turn. */

async function firstEvent(stage: Stage, name: string, act: () => Promise<unknown>): Promise<unknown> {
  const controller = new AbortController()
  const watch = stage.fs.watch(stage.at(name), { signal: controller.signal })[Symbol.asyncIterator]()
  const next = watch.next()
  // The watch of Node is there in the same turn, that of the client when the path has been walked.
  await stage.fs.stat(stage.at(name))
  await new Promise(setImmediate)
  await act()
  const { value } = (await next) as { value: { eventType: string; filename: string } }
  controller.abort()
  const end = await drained(watch)
  return [value.eventType, value.filename, end]
}

/** How the watch ends. */
async function drained(watch: AsyncIterator<unknown>): Promise<string> {
  try {
    for (;;) if ((await watch.next()).done === true) return 'over'
  } catch (error) {
    return (error as Error).name
  }
}

export const watching: readonly Case[] = [
  same('a file that is made in a directory', async (stage) =>
    firstEvent(stage, '', async () => stage.fs.mkdir(stage.at('d'))),
  ),
  same('content of a file', async (stage) => {
    await stage.fs.writeFile(stage.at('a'), '')
    return firstEvent(stage, '', async () => stage.fs.appendFile(stage.at('a'), 'x'))
  }),
  same('a rename in a directory', async (stage) => {
    await stage.fs.writeFile(stage.at('a'), '')
    return firstEvent(stage, '', async () => stage.fs.rename(stage.at('a'), stage.at('b')))
  }),
  same('attributes of a file', async (stage) => {
    await stage.fs.writeFile(stage.at('a'), '')
    return firstEvent(stage, 'a', async () => stage.fs.chmod(stage.at('a'), 0o600))
  }),
  same('a removal', async (stage) => {
    await stage.fs.writeFile(stage.at('a'), '')
    return firstEvent(stage, '', async () => stage.fs.unlink(stage.at('a')))
  }),
  same('a watch of nothing', async ({ fs, at }) => {
    for await (const _ of fs.watch(at('no'))) return 'an event'
    return 'the end'
  }),
  same('a signal that is aborted before', async ({ fs, at }) => {
    for await (const _ of fs.watch(at(''), { signal: AbortSignal.abort() })) return 'an event'
    return 'the end'
  }),
  differs('a recursive watch', 'cannot watch recursively', async ({ fs, at }) => {
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    for await (const _ of fs.watch(at(''), { recursive: true, signal: controller.signal })) return 'an event'
    return 'the end'
  }),
]
