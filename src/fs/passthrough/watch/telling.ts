import { UnsupportedError } from '../../../base/errors.js'
import { ROOT_ID } from '../../../base/ids.js'
import { statFilesystem } from '../../../sys/data.js'
import type { Source } from '../source.js'

/**
 * Filesystems that others change without the kernel of this machine hearing of it (include/uapi/linux/magic.h, and what their
 * sources say): those of the network and of clusters.
 */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x20030528, 'OrangeFS'],
])

/** Filesystems that make up what they show when it is asked for (include/uapi/linux/magic.h). */
const MADE_UP: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x0027e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x73636673, 'securityfs'],
  [0xcafe4a11, 'bpf'],
])

/** @throws UnsupportedError unless the host tells what changes in the source */
export function needTelling(source: Source): void {
  const type = source.withFile(ROOT_ID, statFilesystem).type
  const remote = REMOTE.get(type)
  if (remote !== undefined) {
    throw new UnsupportedError(`the source is on ${remote}, which does not tell what other machines change there`)
  }
  const madeUp = MADE_UP.get(type)
  if (madeUp !== undefined)
    throw new UnsupportedError(`the source is on ${madeUp}, which does not tell what changes there`)
  if (!source.ownsStore)
    throw new UnsupportedError('the isolates that share the nodes of a source cannot tell the kernel of its changes')
}
