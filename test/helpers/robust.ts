import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MountOptions } from '#src/mount.js'
import { waitingRequests } from '#src/kernel/fusectl.js'
import { Agent } from '../contract/filesystem/agent-client.js'
import { serve, type Served } from './served.js'

/** What test/kernel/servers/robust.ts counts. */
export interface Counts {
  /** By name, without the root. */
  readonly lookups: readonly (readonly [string, number])[]
  readonly handles: number
  readonly nodes: number
  readonly errors: number
  readonly locked: number
  readonly destroyed: number
  /** In bytes, of one request. */
  readonly largestWrite: number
  readonly largestRead: number
  readonly inFlight: number
  readonly buffers: number
  readonly descriptors: number
}

export interface Robust extends Served {
  readonly counts: () => Promise<Counts>
  /** A process that makes system calls; killed when the test is over. */
  readonly agent: () => Promise<Agent>
  /** Lets all that waits in held files go on. */
  readonly release: () => void
}

/** Serves test/kernel/servers/robust.ts, as `serve` does. */
export async function serveRobust(t: TestContext, options: MountOptions = {}): Promise<Robust> {
  const served = await serve(t, 'robust', JSON.stringify(options))
  return {
    ...served,
    counts: async () => JSON.parse((await ask(served)).slice('counts '.length)) as Counts,
    agent: async () => {
      const agent = await Agent.start(null)
      // After the server's end, which frees a process that waits for it.
      t.after(async () => agent.kill())
      return agent
    },
    release: () => served.tell({ release: true }),
  }
}

function ask({ tell, heard }: Served): Promise<string> {
  tell({ counts: true })
  return heard('counts ')
}

/** Waits until `found` answers true, and fails with what `describe` says if it never does. */
export async function eventually(found: () => Promise<boolean> | boolean, describe: () => unknown): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await found())) {
    if (performance.now() > end) assert.fail(`it never came: ${JSON.stringify(describe())}`)
    await sleep(20)
  }
}

/** Waits until the kernel has no request of this connection that is unanswered. */
export async function quiet(connection: number): Promise<void> {
  await eventually(
    () => waitingRequests(connection) === 0,
    () => `${waitingRequests(connection)} requests wait`,
  )
}
