/**
 * The thread of the contract on the client: it has a memory filesystem, the client, and the processes that make system
 * calls on it. What asks for them may block.
 */
import { type MessagePort, workerData } from 'node:worker_threads'
import { Core } from '#src/client/core.js'
import { Failure } from '#src/client/failure.js'
import { obey } from '#src/client/notify/notify.js'
import { settingsOf } from '#src/client/options.js'
import { MemoryFileSystem } from '#src/fs/memory/memory-file-system.js'
import { Session } from '#src/server/session.js'
import { createPair } from '#src/transport/memory.js'
import { MemoryNotifyPort } from '#src/transport/memory-notify.js'
import type { Credentials } from '../credentials.js'
import type { Answer, Ask } from './calls.js'
import { ClientProcess } from './process.js'

const core = mounted()
let pids = 100

/** As `mount()` makes it, without the kernel. */
function mounted(): Core {
  const fs = new MemoryFileSystem({ mode: 0o1777 })
  const [ours, theirs] = createPair()
  const {
    init = {},
    defaultPermissions,
    entryTimeoutMs = 0,
    attrTimeoutMs = 0,
    negativeTimeoutMs = 0,
  } = fs.mountDefaults
  const { keepCache = false, cacheDir = false } = fs.mountDefaults
  const defaults = { entryTimeoutMs, attrTimeoutMs, negativeTimeoutMs, keepCache, cacheDir }
  const onError = (error: unknown) => console.error(error)
  theirs.start(new Session(theirs, fs, { defaults, init, onError, notifyPort: new MemoryNotifyPort(theirs) }))
  const made = new Core(ours, settingsOf({ defaultPermissions }))
  made.connection.onNotification = (message, end, code) => obey(made, message, end, code)
  made.connection.start()
  return made
}

/** A process whose calls come by `port`, one after the other. */
function serve({ port, who, flag }: Seat): void {
  pids += 1
  const process = new ClientProcess(core, pids, who)
  let last: Promise<unknown> = Promise.resolve()
  const tell = (answer: Answer) => {
    port.postMessage(answer)
    if (flag === undefined) return
    Atomics.store(flag, 0, 1)
    Atomics.notify(flag, 0)
  }
  port.on('message', (ask: Ask | Seat) => {
    if ('port' in ask) serve(ask)
    else if (ask.name === 'interrupt') process.interruption.abort()
    else last = last.then(async () => tell(await answer(process, ask)))
  })
}

/** A new process, and how it is spoken to. */
export interface Seat {
  readonly port: MessagePort
  readonly who: Credentials
  /** Set with each answer, for who waits for it without a turn of its loop. */
  readonly flag: Int32Array | undefined
}

async function answer(process: ClientProcess, { name, args }: Ask): Promise<Answer> {
  process.interruption = new AbortController()
  try {
    if (name === 'reset' || name === 'exit') return { result: await process.closeAll() }
    const call: unknown = Reflect.get(process, name)
    if (typeof call !== 'function') throw new Error(`the client has no ${name}`)
    return { result: (await call.apply(process, args)) as unknown }
  } catch (error) {
    if (error instanceof Failure) return { errno: error.errno }
    return { failure: String((error as Error).stack) }
  }
}

serve(workerData as Seat)
