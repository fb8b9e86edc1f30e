/**
 * A second process for a check: makes the system calls it is sent, one after the other, under other credentials when
 * told so. It blocks where they block, and dies with the process that started it.
 */
import { PosixError, posix } from '../../helpers/posix.js'
import { become, dieWithParent, type Credentials } from './credentials.js'
import type { AgentReply, AgentRequest } from './agent-client.js'

const openFiles = new Set<number>()

function answer(request: AgentRequest): unknown {
  if (request.name === 'reset') {
    for (const fd of openFiles) posix.close(fd)
    openFiles.clear()
    posix.umask(0o022)
    return null
  }
  const call = posix[request.name] as (...args: unknown[]) => unknown
  const result = call(...request.args)
  if (request.name === 'open' || request.name === 'openat' || request.name === 'dup') openFiles.add(result as number)
  if (request.name === 'close') openFiles.delete(request.args[0] as number)
  return result
}

become(JSON.parse(process.argv[2] ?? 'null') as Credentials | null)
dieWithParent()
// To be interrupted by it, and not killed.
process.on('SIGUSR2', () => {})
posix.umask(0o022)
process.on('message', (request: AgentRequest) => {
  let reply: AgentReply
  try {
    reply = { result: answer(request) }
  } catch (error) {
    reply = error instanceof PosixError ? { call: request.name, errno: error.number } : { failure: String(error) }
  }
  process.send?.(reply)
})
process.send?.({ result: null } satisfies AgentReply)
