import { setTimeout as sleep } from 'node:timers/promises'
import { O, type Path, posix } from '../../helpers/posix.js'
import { Agent } from './agent-client.js'
import type { Credentials } from './credentials.js'
import { removeTree } from './remove-tree.js'

/** Idle second processes, kept between checks because starting one takes longer than most checks. */
const pool = new Map<string, Agent[]>()

/** What a check gets: a fresh private directory and calls whose results are cleaned up after it. */
export class Context {
  /** The private directory: empty, mode 0755, owned by who runs the check. */
  readonly dir: string
  readonly #openFiles = new Set<number>()
  readonly #agents: { key: string; agent: Agent }[] = []

  readonly #start: (credentials: Credentials | null) => Promise<Agent>

  /** @param start starts second processes */
  constructor(
    dir: string,
    start: (credentials: Credentials | null) => Promise<Agent> = async (who) => Agent.start(who),
  ) {
    this.dir = dir
    this.#start = start
    posix.mkdir(dir, 0o755)
  }

  /** The path of a name in the private directory. */
  at(name: string): string
  at(name: Buffer): Buffer
  at(name: Path): Path {
    return typeof name === 'string' ? `${this.dir}/${name}` : Buffer.concat([Buffer.from(`${this.dir}/`), name])
  }

  /** Opens a name in the private directory; what the check leaves open is closed after it. */
  open(name: string, flags: number, mode = 0o666): number {
    return this.openPath(this.at(name), flags, mode)
  }

  openPath(path: Path, flags: number, mode = 0o666): number {
    const fd = posix.open(path, flags, mode)
    this.#openFiles.add(fd)
    return fd
  }

  close(fd: number): void {
    this.#openFiles.delete(fd)
    posix.close(fd)
  }

  /** Makes a file with this content and answers its path. */
  file(name: string, content: string | Buffer = '', mode = 0o644): string {
    const fd = this.open(name, O.CREAT | O.EXCL | O.WRONLY, mode)
    let bytes = Buffer.from(content)
    while (bytes.length > 0) bytes = bytes.subarray(posix.write(fd, bytes))
    this.close(fd)
    return this.at(name)
  }

  /** Makes a directory and answers its path. */
  mkdir(name: string, mode = 0o755): string {
    posix.mkdir(this.at(name), mode)
    return this.at(name)
  }

  /** A directory in which everybody may do everything, whatever the umask. */
  publicDir(name: string): string {
    const path = this.mkdir(name)
    posix.chmod(path, 0o777)
    return path
  }

  /** The whole content of a file. */
  content(path: Path): Buffer {
    const fd = this.openPath(path, O.RDONLY)
    const parts: Buffer[] = []
    for (;;) {
      const part = posix.read(fd, 65536)
      if (part.length === 0) break
      parts.push(part)
    }
    this.close(fd)
    return Buffer.concat(parts)
  }

  text(path: Path): string {
    return this.content(path).toString()
  }

  /** The names in a directory, without the two dots, sorted by their bytes. */
  list(path: string = this.dir): string[] {
    const fd = this.openPath(path, O.RDONLY | O.DIRECTORY)
    const names: Buffer[] = []
    for (;;) {
      const entries = posix.getdents(fd)
      if (entries.length === 0) break
      names.push(...entries.map((entry) => entry.name))
    }
    this.close(fd)
    return names
      .toSorted((a, b) => a.compare(b))
      .map((name) => name.toString('latin1'))
      .filter((name) => name !== '.' && name !== '..')
  }

  /** Waits longer than the coarsest clock that filesystems stamp files with, so that a new time differs. */
  async tick(): Promise<void> {
    await sleep(12)
  }

  /** A second process, under other credentials if given, which only root may ask for. */
  async process(credentials: Credentials | null = null): Promise<Agent> {
    const key = JSON.stringify(credentials)
    const agent = pool.get(key)?.pop() ?? (await this.#start(credentials))
    this.#agents.push({ key, agent })
    return agent
  }

  /** Closes, kills and removes whatever the check left. */
  async dispose(): Promise<void> {
    for (const fd of this.#openFiles) posix.close(fd)
    this.#openFiles.clear()
    posix.umask(0o022)
    for (const { key, agent } of this.#agents.splice(0)) {
      if (agent.ended) continue
      if (agent.busy) {
        await agent.kill()
        continue
      }
      await agent.reset()
      pool.set(key, [...(pool.get(key) ?? []), agent])
    }
    removeTree(this.dir)
  }

  /** Ends the idle second processes. */
  static async endPool(): Promise<void> {
    await Promise.all([...pool.values()].flat().map(async (agent) => agent.kill()))
    pool.clear()
  }
}
