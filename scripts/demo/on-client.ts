import { createClient, type Client } from '#src/client/index.js'
import { ChangesSetup } from '#src/mount-changes.js'
import { MemoryFileSystem } from '#src/fs/index.js'
import { Session } from '#src/server/session.js'
import { createPair } from '#src/transport/memory.js'
import { MemoryNotifyPort } from '#src/transport/memory-notify.js'
import { orError, type Stage, type View } from './stage.js'

/* Without a kernel that mounts: the client in user space does what the kernel would, with caches of its own. */

const FOR_EVER = {
  entryTimeoutMs: Infinity,
  attrTimeoutMs: Infinity,
  negativeTimeoutMs: Infinity,
  keepCache: true,
  cacheDir: true,
}

/** @param why nothing can be mounted */
export async function stageOnClient(why: string): Promise<Stage> {
  const fs = new MemoryFileSystem()
  const ending = new AbortController()
  const told = await connect(fs, ending.signal)
  // A filesystem has one peer at a time: this one's is told of another, which has the same files.
  const twin = new MemoryFileSystem()
  const untold = await connect(twin)
  const both = (change: (files: MemoryFileSystem['files']) => void) => [fs, twin].forEach(({ files }) => change(files))
  return {
    how: `${why}\nSo this is the client in user space, which caches as the kernel does.`,
    source: {
      write: (path, text) => both((files) => files.writeFile(path, text)),
      append: (path, text) => both((files) => files.appendFile(path, text)),
      rename: (from, to) => both((files) => files.rename(from, to)),
      remove: (path) => both((files) => files.remove(path)),
    },
    told: viewOf(told),
    untold: viewOf(untold),
    async end() {
      ending.abort()
      await told.close()
      await untold.close()
    },
  }
}

/** @param following if the client is to be told what changes, until this is aborted */
async function connect(fs: MemoryFileSystem, following?: AbortSignal): Promise<Client> {
  const [near, far] = createPair()
  const setup = new ChangesSetup(fs)
  const session = new Session(far, fs, {
    defaults: FOR_EVER,
    init: { explicitInvalidateData: 'auto' },
    onError: (error, request) => console.error(request, error),
    notifyPort: new MemoryNotifyPort(far),
    observer: setup,
  })
  session.closed.catch(() => undefined)
  far.start(session)
  const client = createClient(near)
  const kernel = await session.initialised
  await client.ready
  if (following !== undefined) setup.begin(session, kernel).follow(fs.changes({ signal: following }))
  return client
}

function viewOf({ fs }: Client): View {
  return {
    read: (path) => orError(async () => fs.readFile(`/${path}`, 'utf8')),
    size: (path) => orError(async () => String((await fs.stat(`/${path}`)).size)),
    list: () => orError(async () => (await fs.readdir('/')).toSorted().join(' ')),
  }
}
