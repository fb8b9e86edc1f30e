import { STATX_BASIC_STATS, STATX_BTIME } from '../constants.js'
import type { Core } from '../core.js'
import type { CachedAttr, Dentry } from '../objects.js'
import type { Task } from '../task.js'
import { open } from '../vfs/create.js'
import { getattr, type GetattrOptions } from '../vfs/getattr.js'
import { setattr, type Change } from '../vfs/setattr.js'
import { withObject, type WalkOptions } from '../vfs/walk.js'
import { abortable } from './abort.js'
import { toFlags, toPath, type PathLike } from './arguments.js'
import { asCall } from './errors.js'
import { ClientFileHandle } from './file-handle.js'
import { BigIntStats, Stats, type StatOptions } from './stats.js'

/** How the calls of `ClientFs` are made: on what a path leads to, with their errors as Node has them. */
export class Calls {
  private readonly core: Core
  private readonly task: Task

  constructor(core: Core, task: Task) {
    this.core = core
    this.task = task
  }

  async stat(
    syscall: string,
    path: PathLike,
    options: StatOptions | undefined,
    follow: boolean,
  ): Promise<Stats | BigIntStats> {
    const asked: GetattrOptions = { mask: options?.mask ?? STATX_BASIC_STATS | STATX_BTIME, sync: options?.sync }
    const ask = ({ inode }: Dentry) => getattr(this.core, inode!, this.task, asked)
    const attr: Readonly<CachedAttr> = await this.at(syscall, path, ask, { follow })
    return options?.bigint === true ? new BigIntStats(attr) : new Stats(attr)
  }

  async using<T>(
    path: PathLike,
    flags: string | number,
    mode: number,
    signal: AbortSignal | undefined,
    run: (handle: ClientFileHandle) => Promise<T>,
  ): Promise<T> {
    const [name, bits] = [toPath(path), toFlags(flags)]
    const opening = (task: Task) => asCall('open', name, () => open(this.core, name, bits, mode, task))
    const file = await abortable(this.task, signal, opening)
    const handle = new ClientFileHandle(this.core, file, this.task, name)
    let result: T
    try {
      result = await run(handle)
    } catch (error) {
      // The first error counts.
      await handle.close().catch(() => undefined)
      throw error
    }
    await handle.close()
    return result
  }

  async change(
    syscall: string,
    path: PathLike,
    change: (dentry: Dentry) => Change,
    options: WalkOptions = {},
  ): Promise<void> {
    const run = (dentry: Dentry) => setattr(this.core, dentry, change(dentry), this.task)
    await this.at(syscall, path, run, options)
  }

  at<T>(syscall: string, path: PathLike, run: (dentry: Dentry) => Promise<T>, options: WalkOptions = {}): Promise<T> {
    return this.call(syscall, path, (name) => withObject(this.core, name, this.task, run, options))
  }

  async both(
    syscall: string,
    path: PathLike,
    dest: PathLike,
    run: (path: string, dest: string) => Promise<void>,
  ): Promise<void> {
    const subject = { path: toPath(path), dest: toPath(dest) }
    await asCall(syscall, subject, () => run(subject.path, subject.dest))
  }

  async call<T>(syscall: string, path: PathLike, run: (path: string) => Promise<T>): Promise<T> {
    const name = toPath(path)
    return asCall(syscall, name, () => run(name))
  }
}
