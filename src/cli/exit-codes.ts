/** How the command ends. Documented in docs/command.md; stable. */
export const EXIT = {
  /** Done. A mount that was unmounted in order, whoever asked for it. */
  OK: 0,
  /** It went wrong for a reason that has no number of its own, or the connection of a mount was aborted. */
  FAILED: 1,
  /** The command line, or an option, makes no sense; nothing was tried. */
  USAGE: 2,
  /** The system does not offer it, or does not allow it: no /dev/fuse, no fusermount3, no permission. */
  UNAVAILABLE: 3,
  /** The source, the mount point or the socket is not what it must be: missing, no directory, in use, stale, not mounted, busy. */
  PATH: 4,
  /** A second signal ended a mount at once, while files were open there. */
  FORCED: 5,
} as const
