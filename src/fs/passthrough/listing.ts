import { ERRNO } from '../../base/errno.js'
import { errnoOf } from '../../base/errors.js'
import { ROOT_ID, type NodeId } from '../../base/ids.js'
import type { ReaddirplusRequest, ReaddirRequest } from '../../server/requests/dir.js'
import type { OpenRequest } from '../../server/requests/file.js'
import type { OpenResult } from '../../server/results.js'
import { O, SEEK } from '../../sys/constants.js'
import { seek } from '../../sys/data.js'
import { readDirectory, type DirectoryEntry } from '../../sys/directory.js'
import { closeFd, openAt } from '../../sys/open.js'
import { statRaw } from '../../sys/stat.js'
import { NameBuffer } from './name-buffer.js'
import type { Source } from './source.js'
import type { Trust } from './watch/trust.js'

/** A record of the host has 19 bytes and the name with its NUL, one of READDIR 24 and the name, each padded to 8. */
const OF_READDIR = 0.8
/** One of READDIRPLUS has 152 and the name. */
const OF_READDIRPLUS = 0.2

/** Requests on open directories. Their handles are descriptors, their cookies those of the host. */
export class Listing {
  private readonly source: Source
  private readonly trust: Trust
  private readonly name = new NameBuffer()

  constructor(source: Source, trust: Trust) {
    this.source = source
    this.trust = trust
  }

  opendir(req: OpenRequest): OpenResult {
    const told = this.trust.in(req.node)
    const fd = openAt(this.source.directories.of(req.node), '.', O.RDONLY | O.DIRECTORY)
    try {
      this.source.store.open(req.node, fd)
      return this.trust.listed({ fh: fd }, told)
    } catch (error) {
      closeFd(fd)
      throw error
    }
  }

  readdir(req: ReaddirRequest): void {
    const device = this.source.deviceOf(req.node)
    for (const entry of this.next(req, OF_READDIR)) {
      if (!req.add(entry.name, this.ino(req.node, device, entry), entry.type << 12, entry.next)) return
    }
  }

  readdirplus(req: ReaddirplusRequest): void {
    const { source } = this
    const told = this.trust.in(req.node)
    const device = source.deviceOf(req.node)
    for (const entry of this.next(req, OF_READDIRPLUS)) {
      const { name, next } = entry
      if (isDots(name) || !this.isThere(req.fh, name)) {
        if (!req.addName(name, this.ino(req.node, device, entry), entry.type << 12, next)) return
        continue
      }
      const found = this.trust.entry(source.entry(req.node, this.name, source.stat), told)
      if (req.add(name, found, next)) continue
      source.store.forget(found.node, 1)
      return
    }
  }

  /** Another isolate may have read the directory last, so that it stands anywhere. */
  private next(req: ReaddirRequest | ReaddirplusRequest, share: number): readonly DirectoryEntry[] {
    seek(req.fh, req.offset, SEEK.SET)
    try {
      return readDirectory(req.fh, Math.floor(req.size * share))
    } catch (error) {
      // A removed directory has no entries. The host says it this way, the kernel in front of the mount the other.
      if (errnoOf(error) === ERRNO.ENOENT) return []
      throw error
    }
  }

  /** Puts the name in `name`, and its attributes in the source's `stat`. False if it has gone since. */
  private isThere(directory: number, name: string): boolean {
    return statRaw(directory, this.name.set(name), this.source.stat) === 0
  }

  /** What is above the source is nobody's business: above the root is the root. */
  private ino(node: NodeId, device: number, { name, ino }: DirectoryEntry): number | bigint {
    if (node !== ROOT_ID || name !== '..') return this.source.identity.shownIno(device, ino)
    return this.source.statNode(ROOT_ID).ino
  }
}

function isDots(name: string): boolean {
  return name === '.' || name === '..'
}
