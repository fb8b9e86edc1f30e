/**
 * What a filesystem may lack without being wrong. A target names the traits it lacks, each with the reason, and the
 * checks that need them are skipped with that reason. Everything that is not a trait is asked of every target.
 */
export const TRAITS = {
  atime: 'reads move the access time, at least once after each change (relatime)',
  byteNames: 'names are any bytes but slash and NUL',
  collapseRange: 'fallocate removes a range',
  copyFileRange: 'copy_file_range works',
  deviceNodes: 'character and block devices can be made',
  directIo: 'files open with O_DIRECT',
  dirLinkCount: 'a directory has 2 links and one for each subdirectory',
  dirSeek: 'a directory stream goes back to any cookie it gave',
  exchange: 'renameat2 exchanges two names',
  exec: 'programs can be started from it',
  fallocate: 'fallocate reserves space',
  flock: 'flock locks between processes',
  freshTimes: 'ctime moves with every change of the inode',
  hardLinks: 'a file can have several names',
  insertRange: 'fallocate inserts a range',
  largeFiles: 'files reach at least 2^40 bytes when sparse',
  listSecurity: 'no attributes but those that were set are listed',
  mmapShared: 'shared writable mappings work',
  nanoseconds: 'times keep nanoseconds',
  noReplace: 'renameat2 knows RENAME_NOREPLACE',
  ofdLocks: 'locks of open file descriptions work between processes',
  owners: 'chown is kept, files belong to who made them',
  permissions: 'mode bits decide who may do what',
  posixLocks: 'record locks work between processes',
  punchHole: 'fallocate punches holes',
  seekHole: 'SEEK_HOLE finds holes between data',
  setIdCleared: 'writing and chown clear set-user-id bits',
  sockets: 'a socket can be bound to a name',
  sparse: 'holes take no blocks',
  specialFiles: 'fifos and sockets can be made',
  timesAfter2038: 'times after 2038 are kept',
  timesBefore1970: 'times before 1970 are kept',
  tmpfile: 'O_TMPFILE makes files without a name',
  trustedXattr: 'trusted.* attributes for root',
  whiteout: 'renameat2 leaves whiteouts',
  xattr: 'user.* attributes on files and directories',
  zeroRange: 'fallocate zeroes ranges',
} as const

export type Trait = keyof typeof TRAITS

/** The traits a target does not have, and why. */
export type Lacks = Partial<Record<Trait, string>>
