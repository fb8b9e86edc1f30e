/*
 * System call numbers, for the calls that the C library wraps not at all, not in every version, or for all threads at
 * once. Sources: arch/x86/entry/syscalls/syscall_64.tbl; scripts/syscall.tbl for arm64.
 */
import { libc } from './libc.js'

const arm64 = process.arch === 'arm64'

/** Numbers of system calls on this architecture. */
export const SYS = {
  mknodat: arm64 ? 33 : 259,
  getdents64: arm64 ? 61 : 217,
  getgroups: arm64 ? 158 : 115,
  setgroups: arm64 ? 159 : 116,
  setresuid: arm64 ? 147 : 117,
  setresgid: arm64 ? 149 : 119,
  setfsuid: arm64 ? 151 : 122,
  setfsgid: arm64 ? 152 : 123,
  gettid: arm64 ? 178 : 186,
  sched_setaffinity: arm64 ? 122 : 203,
  sched_getaffinity: arm64 ? 123 : 204,
  getcpu: arm64 ? 168 : 309,
  /** Linux 4.6; RWF_APPEND since 4.16. */
  pwritev2: arm64 ? 287 : 328,
  /** Linux 3.15. */
  renameat2: arm64 ? 276 : 316,
  /** Linux 4.5. */
  copy_file_range: arm64 ? 285 : 326,
  /** Linux 4.11. */
  statx: arm64 ? 291 : 332,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  /** Linux 5.6. */
  openat2: 437,
  /** Linux 6.6. */
  fchmodat2: 452,
} as const

/**
 * One system call by number, for this thread alone. Never throws: the result, or `-errno`.
 *
 * @param number one of {@link SYS}
 */
export function syscallRaw(number: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number {
  const native = libc()
  const result = native.syscall(number, a, b, c, d, e, f)
  return result === -1 ? -native.errno() : result
}
