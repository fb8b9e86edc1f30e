import { FuseError } from '../../base/errors.js'

/** What memory is given out in, and what `st_blocks` counts; it is the kernel's page too. */
export const PAGE = 4096

export interface SpaceLimits {
  readonly bytes: number
  readonly inodes: number
}

/** Counts what a filesystem holds, against its limits. Data is counted by pages, as it is in the kernel's tmpfs. */
export class Space {
  readonly limitBytes: number
  readonly inodeLimit: number
  private bytes = 0
  private objects = 0

  constructor(limits: SpaceLimits) {
    this.limitBytes = limits.bytes
    this.inodeLimit = limits.inodes
  }

  get usedBytes(): number {
    return this.bytes
  }

  get freeBytes(): number {
    return this.limitBytes - this.bytes
  }

  get inodes(): number {
    return this.objects
  }

  /** @throws FuseError ENOSPC if there is not so much left; then nothing is taken */
  take(bytes: number): void {
    if (bytes > this.freeBytes) throw new FuseError('ENOSPC')
    this.bytes += bytes
  }

  give(bytes: number): void {
    this.bytes -= bytes
  }

  /** @throws FuseError ENOSPC if there are as many as there may be */
  takeInode(): void {
    if (this.objects >= this.inodeLimit) throw new FuseError('ENOSPC')
    this.objects += 1
  }

  giveInode(): void {
    this.objects -= 1
  }
}
